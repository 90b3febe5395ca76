// Ranges of a cluster that should have nothing in common and do. Only what the API tells; routes are another check's.
import type { CniSetup, ClusterCidrs, NodeObject } from '../facts/kube.js';
import { shown } from '../evidence/shell.js';
import { DECIDED_BY_NODE } from '../model/pod-ranges.js';
import { contains, overlap, within } from './ranges.js';

export interface Overlap {
  readonly says: string;
  /** Addresses stand twice, or lead elsewhere, now; otherwise they may. */
  readonly now: boolean;
  readonly shows: string;
  readonly command: string;
  readonly nodes: readonly string[];
}
export interface Ranges {
  readonly nodes: readonly NodeObject[];
  readonly cidrs: ClusterCidrs;
  readonly cni: CniSetup;
}

const ALL_NODES =
  'kubectl get nodes -o custom-columns=NAME:.metadata.name,IP:.status.addresses[0].address,PODS:.spec.podCIDRs';

/** Worst first. */
export function overlaps({ nodes, cidrs, cni }: Ranges): readonly Overlap[] {
  const told = {
    shows: `pods ${cidrs.pods.join(', ')}; services ${cidrs.services.join(', ')}`,
    command: getSource(cidrs),
  };
  const both = cidrs.pods.flatMap((pods) =>
    cidrs.services
      .filter((services) => overlap(pods, services))
      .map((services): Overlap => {
        const says = `the pods’ range ${pods} and the Services’ range ${services} overlap`;
        return { says, now: false, nodes: [], ...told };
      }),
  );
  const byNode = DECIDED_BY_NODE.includes(cni.name);
  const twice = byNode ? [...shared(nodes), ...outside(nodes, cni), ...nodesAmongPods(nodes)] : [];
  return [...twice, ...both, ...nodesAmongServices(nodes, cidrs)];
}

const getSource = ({ source }: ClusterCidrs): string => `kubectl get ${source} -o yaml`;

/** Sorted by first address, some two neighbours overlap if any two do: thousands of nodes cost one pass. */
function shared(nodes: readonly NodeObject[]): readonly Overlap[] {
  const held = nodes
    .flatMap(({ name, podCidrs }) => podCidrs.map((cidr) => ({ name, cidr, key: sortKey(cidr) })))
    .filter(({ cidr }) => !cidr.includes(':'))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.name < b.name ? -1 : 1));
  return held.flatMap((each, at) => {
    const before = held[at - 1];
    if (!before || before.name === each.name || !overlap(before.cidr, each.cidr)) return [];
    const same = before.cidr === each.cidr;
    const says = same
      ? `${before.name} and ${each.name} both hold the pod range ${each.cidr}`
      : `the pod range ${before.cidr} of ${before.name} and ${each.cidr} of ${each.name} overlap`;
    const shows = `${before.name} ${before.cidr}, ${each.name} ${each.cidr}`;
    return [{ says, now: true, shows, command: ALL_NODES, nodes: [before.name, each.name] }];
  });
}

const sortKey = (cidr: string): string =>
  cidr
    .split(/[./]/)
    .map((part) => part.padStart(3, '0'))
    .join('.');

/** flannel refuses a node whose range is not part of its Network. */
function outside(nodes: readonly NodeObject[], { network }: CniSetup): readonly Overlap[] {
  if (network === undefined) return [];
  return nodes.flatMap(({ name, podCidrs }) =>
    podCidrs
      .filter((cidr) => !cidr.includes(':') && cidr !== network && !within(network, cidr))
      .map((cidr): Overlap => {
        const says = `the pod range ${cidr} of ${name} is no part of the pod network ${network}`;
        return {
          says,
          now: true,
          shows: `${name} ${cidr}`,
          command: shown`kubectl get node ${name} -o yaml`,
          nodes: [name],
        };
      }),
  );
}

function nodesAmongPods(nodes: readonly NodeObject[]): readonly Overlap[] {
  const byRange = nodes.flatMap(({ name, podCidrs }) => podCidrs.map((cidr) => ({ name, cidr })));
  const suspects = nodes.length > MANY ? nodes.slice(0, MANY) : nodes;
  return suspects.flatMap((node) =>
    node.internalIps.flatMap((ip) => {
      const range = byRange.find(({ cidr }) => contains(cidr, ip));
      if (!range) return [];
      const says = `the address ${ip} of ${node.name} lies in ${range.cidr}, the pod range of ${range.name}`;
      return [{ says, now: true, shows: `${node.name} ${ip}`, command: ALL_NODES, nodes: [node.name, range.name] }];
    }),
  );
}

/** Every address against every range: beyond this the first hundreds tell as much. */
const MANY = 300;

const nodesAmongServices = (nodes: readonly NodeObject[], cidrs: ClusterCidrs): readonly Overlap[] =>
  nodes.flatMap(({ name, internalIps }) =>
    internalIps.flatMap((ip) => {
      const range = cidrs.services.find((each) => contains(each, ip));
      if (range === undefined) return [];
      const says = `the address ${ip} of ${name} lies in ${range}, the Services’ range`;
      return [{ says, now: false, shows: `${name} ${ip}`, command: ALL_NODES, nodes: [name] }];
    }),
  );
