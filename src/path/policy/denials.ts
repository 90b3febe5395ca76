// networking.k8s.io/v1, as the API documents it: policies only allow, and a pod that one selects is closed to the rest.
import type { PodObject, PolicyObject, PolicyRule } from '../../facts/kube.js';
import type { Policed, PolicedEnd } from '../../model/policies.js';
import { selects } from '../../model/selects.js';
import { inCidr, ipNumber, parseCidr } from '../ip.js';

export interface Denial {
  readonly direction: 'Ingress' | 'Egress';
  /** The pod that the policies close, and the policies, none of which allows the flow. */
  readonly pod: PodObject;
  readonly by: readonly PolicyObject[];
}
type Read = Extract<Policed, { kind: 'read' }>;
interface Peer {
  readonly ip: string;
  readonly end: PolicedEnd | undefined;
}

export function denials(flow: Read): readonly Denial[] {
  const { source, dest, address } = flow;
  // A pod may always reach itself.
  if (dest && dest.pod.uid === source.pod.uid) return [];
  const sides = [
    { direction: 'Egress', end: source, peer: { ip: address, end: dest } },
    ...(dest ? [{ direction: 'Ingress', end: dest, peer: { ip: source.pod.ip ?? '', end: source } } as const] : []),
  ] as const;
  return sides.flatMap(({ direction, end, peer }) => {
    const by = end.selecting.filter(({ types }) => types.includes(direction));
    const allowed = by.some((policy) =>
      rulesOf(policy, direction).some((rule) => allows(rule, policy, { flow, peer })),
    );
    return by.length === 0 || allowed ? [] : [{ direction, pod: end.pod, by }];
  });
}

const rulesOf = (policy: PolicyObject, direction: Denial['direction']): readonly PolicyRule[] =>
  direction === 'Ingress' ? policy.ingress : policy.egress;

function allows(
  { ports, peers }: PolicyRule,
  policy: PolicyObject,
  { flow, peer }: { flow: Read; peer: Peer },
): boolean {
  const port = ports.length === 0 || ports.some((each) => portAllows(each, flow));
  return port && (peers.length === 0 || peers.some((each) => peerAllows(each, policy, peer)));
}

/** A named port is the destination pod's to name. */
function portAllows({ protocol, port, endPort }: PolicyRule['ports'][number], flow: Read): boolean {
  if (protocol !== flow.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === 'number') return flow.port >= port && flow.port <= (endPort ?? port);
  const named = flow.dest?.pod.containers.flatMap(({ ports }) => ports).find(({ name }) => name === port);
  return named?.port === flow.port;
}

function peerAllows(allowed: PolicyRule['peers'][number], policy: PolicyObject, { ip, end }: Peer): boolean {
  const { podSelector, namespaceSelector, ipBlock } = allowed;
  if (ipBlock) return inBlock(ip, ipBlock);
  // A selector speaks of pods; one in its node's network is seen with the node's address.
  if (!end || end.pod.hostNetwork) return false;
  const namespace = namespaceSelector
    ? selects(namespaceSelector, end.namespaceLabels)
    : end.pod.namespace === policy.namespace;
  return namespace && (podSelector === undefined || selects(podSelector, end.pod.labels));
}

function inBlock(ip: string, { cidr, except }: { readonly cidr: string; readonly except: readonly string[] }): boolean {
  const number = ipNumber(ip);
  const within = (text: string): boolean => {
    const parsed = parseCidr(text);
    return number !== undefined && parsed !== undefined && inCidr(number, parsed);
  };
  return within(cidr) && !except.some(within);
}
