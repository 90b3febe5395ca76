// What the node that translates a flow has programmed for the Service, against what the API says it should.
import type { Know, Source } from '../facts/fact.js';
import type { Endpoint, ServiceObject, ServicePort } from '../facts/kube.js';
import { CLUSTER, nodeSubject, type Subject } from '../target/subject.js';
import type { FlowEnds } from './flow-ends.js';
import { usableEndpoints } from './local-policy.js';
import { foundInCilium } from './programmed-cilium.js';
import { foundInIptables } from './programmed-iptables.js';
import { foundInNft } from './programmed-nft.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    programmed: Programmed;
  }
}
export type Programmed =
  | { readonly kind: 'does-not-apply'; readonly why: string }
  | {
      readonly kind: 'read';
      readonly node: string;
      readonly by: Keeper;
      readonly service: { readonly namespace: string; readonly name: string };
      /** Backends programmed. */
      readonly backends: number;
      /** Gravest first. */
      readonly faults: readonly Fault[];
    };
/** The program that writes what translates Services on a node. */
export type Keeper = 'kube-proxy' | 'cilium';
export interface Fault {
  readonly says: string;
  /** The rule itself, or that there is none. */
  readonly shows: string;
  readonly command: string;
  /** Of new connections: all fail, some do, or none does yet. */
  readonly hits: 'all' | 'some' | 'none';
}

/** What is looked for, in either mode. */
export interface Wanted {
  readonly service: ServiceObject;
  readonly port: ServicePort;
  readonly address: string;
  readonly dport: number;
  readonly nodePort: boolean;
  /** Traffic of the node itself is translated in another hook than what it forwards. */
  readonly hook: 'PREROUTING' | 'OUTPUT';
  readonly local: boolean;
}
/** What stands there. */
export interface Found {
  readonly by: Keeper;
  /** The jump from the hook into kube-proxy's own chain. */
  readonly jump: boolean;
  /** As one would look for it: `PREROUTING to KUBE-SERVICES`. */
  readonly jumps: string;
  readonly entry?: string;
  /** A rule that refuses or drops the Service. */
  readonly refusal?: string;
  /** Absent: the chain the entry leads to does not exist or leads nowhere. */
  readonly backends?: readonly Backend[];
  readonly command: string;
}
export interface Backend {
  readonly to: string;
  /** What its chain is named for, when that is another endpoint than it leads to. */
  readonly namedFor?: string;
  /** A share of connections goes to an entry that is not there. */
  readonly lost?: true;
  readonly text: string;
}

export const programmed: Source<'flow', Programmed> = (flow, know) => {
  const ends = know.get(flow, 'ends');
  const wanted = wantedOf(flow, ends);
  if (typeof wanted === 'string') return { kind: 'does-not-apply', why: wanted };
  const node = wanted.nodePort ? ends.addressNode : ends.sourceNode;
  if (node === undefined) return { kind: 'does-not-apply', why: 'no node that we know translates it' };
  const found = foundOn(node, wanted, know);
  if (!found) return { kind: 'does-not-apply', why: 'neither kube-proxy’s rules nor Cilium’s maps serve here' };

  const usable = usableEndpoints(ends.endpoints).filter((endpoint) => !wanted.local || endpoint.node === node);
  const { namespace, name } = wanted.service;
  const faults = compare(found, usable, { ...wanted, node });
  return {
    kind: 'read',
    node,
    by: found.by,
    service: { namespace, name },
    backends: found.backends?.length ?? 0,
    faults,
  };
};

function wantedOf(flow: Subject<'flow'>, { service, port, source, addressNode }: FlowEnds): Wanted | string {
  if (flow.pod || !service || !port) return 'the flow goes to no Service';
  if (service.headless || service.externalName) return 'the Service has no address to translate';
  const inside = service.clusterIps.includes(flow.address);
  const nodePort = !inside && addressNode !== undefined && port.nodePort === flow.port;
  if (!inside && !nodePort) return 'the address is none of the cluster’s nodes';
  if (nodePort && service.externalTrafficPolicy === 'Local') return 'a policy of Local decides it';
  return {
    service,
    port,
    address: flow.address,
    dport: flow.port,
    nodePort,
    hook: flow.source.kind === 'node' || source?.hostNetwork === true ? 'OUTPUT' : 'PREROUTING',
    local: inside && service.internalTrafficPolicy === 'Local',
  };
}

function foundOn(node: string, wanted: Wanted, know: Know): Found | undefined {
  const proxy = know.peek(CLUSTER, 'proxy');
  const mode = proxy.kind === 'unknown' ? 'unknown' : proxy.value.mode;
  if (mode === 'ipvs') return undefined;
  if (mode === 'none') {
    const maps = know.get(nodeSubject(node), 'ciliumMaps');
    return maps === 'none' ? undefined : foundInCilium(maps, wanted);
  }
  const netfilter = know.get(nodeSubject(node), 'netfilter');
  // The configuration may be read-protected: then whichever is there tells.
  if (mode === 'nftables') return foundInNft(netfilter, wanted);
  if (mode === 'iptables') return foundInIptables(netfilter, wanted);
  return netfilter.nft.some(({ name }) => name === 'kube-proxy') ? foundInNft(netfilter, wanted) : undefined;
}

const targetOf = ({ ip, port }: Endpoint): string => `${ip}:${port}`;

export function compare(
  found: Found,
  usable: readonly Endpoint[],
  { address, dport, hook, node, service }: Wanted & { readonly node: string },
): readonly Fault[] {
  const { command } = found;
  const at = `${address}:${dport}`;
  const fault = (says: string, shows: string, hits: Fault['hits'] = 'all'): Fault => ({ says, shows, command, hits });
  const targets = usable.map(targetOf);
  const backends = found.backends ?? [];
  if (targets.length === 0) {
    const texts = backends.map(({ to }) => to).join(', ');
    const says = `${node} still sends ${at} to ${texts}, though the Service has no usable endpoint`;
    return backends.length > 0 ? [fault(says, backends[0]?.text ?? '')] : [];
  }
  if (!found.jump)
    return [
      fault(
        `${node} never looks at the rules of Services: ${hook} does not jump to them`,
        `no jump from ${found.jumps}`,
      ),
    ];
  if (found.refusal)
    return [fault(`${node} refuses ${at} though ${targets.length} endpoints are usable`, found.refusal)];
  if (!found.entry) return [fault(`${node} has no rule for ${at} of service/${service.name}`, `no rule matches ${at}`)];
  if (backends.length === 0) return [fault(`on ${node} the rule for ${at} leads to no backend`, found.entry)];
  return differing({ backends, targets, node, at, command, hinted: hinted(usable) });
}

/** The chain is there: whom it sends to, against whom it should. */
function differing(told: {
  readonly backends: readonly Backend[];
  readonly targets: readonly string[];
  readonly node: string;
  readonly at: string;
  readonly command: string;
  readonly hinted: boolean;
}): readonly Fault[] {
  const { backends, targets, node, at, command } = told;
  const stale = backends.filter(({ to }) => !targets.includes(to));
  const whole = stale.length === backends.length;
  const missing = told.hinted ? [] : targets.filter((target) => !backends.some(({ to }) => to === target));
  const share = whole ? 'all' : `${stale.length} of ${backends.length} shares`;
  const sends = stale.slice(0, 1).map((first): Fault => ({
    says: `${node} sends ${share} of ${at} to ${staleText(first)}`,
    shows: first.text,
    command,
    hits: whole ? 'all' : 'some',
  }));
  const lacks: Fault = {
    says: `${node} does not send ${at} to ${missing.join(', ')}, though ready`,
    shows: `${backends.length} of ${targets.length} backends programmed`,
    command,
    hits: 'none',
  };
  return missing.length > 0 ? [...sends, lacks] : sends;
}

function staleText({ to, namedFor, lost }: Backend): string {
  if (lost) return `an entry that its backend map does not have (${to}): these connections fail at once`;
  return namedFor ? `${to} by the chain of ${namedFor}` : `${to}, which is no usable endpoint`;
}

/** With topology hints a node is to use some endpoints only: fewer is then no fault. */
const hinted = (endpoints: readonly Endpoint[]): boolean => endpoints.some((endpoint) => endpoint.hinted === true);
