// Cilium's policy map of one pod's endpoint, asked as its programs ask it, against what the policies say of the same packet.
import type { CiliumMaps } from '../../facts/ebpf.js';
import { endpointAt, identityOf, policyEntry } from '../ebpf/maps.js';
import type { Side } from './intended.js';
import type { Drift } from './kube-router-sets.js';
import { sideText } from './reason.js';
import { endText, type Traffic } from './traffic.js';

interface Compared {
  readonly node: string;
  readonly traffic: Traffic;
  /** What the policies say of it, and why. */
  readonly side: Side;
  readonly maps: CiliumMaps;
}

/** Why there is nothing to compare. */
export interface Skipped {
  readonly skips: string;
}

/** Undefined: no map. */
export function mapDrifts({ node, traffic, side, maps }: Compared): readonly Drift[] | Skipped | undefined {
  const { self, peer, port, direction } = traffic;
  const says = side.ruling.verdict;
  const protocol = traffic.protocol === 'TCP' ? 'tcp' : traffic.protocol === 'UDP' ? 'udp' : undefined;
  if (peer.kind !== 'pod')
    return { skips: `Cilium knows ${endText(peer)} by an identity that depends on the way a packet takes` };
  if (protocol === undefined) return { skips: `${traffic.protocol} is not looked up in Cilium’s maps` };
  if (says === 'unknown') return { skips: 'what the policies say is not known' };
  const endpoint = endpointAt(maps, self.pod.ip ?? '')?.local?.id;
  const entries = endpoint === undefined ? undefined : maps.policies.get(endpoint);
  const identity = identityOf(maps, peer.pod.ip ?? '')?.identity;
  if (endpoint === undefined || !entries || identity === undefined) return undefined;
  const asked = { direction: direction === 'Ingress' ? 'ingress' : 'egress', identity } as const;
  const entry = policyEntry(entries, { ...asked, frame: { protocol, dport: port } });
  const holds = entry && !entry.denies ? 'allow' : 'deny';
  if (holds === says) return [];
  const way = direction === 'Ingress' ? `${endText(peer)} into` : `${endText(peer)} be reached by`;
  const packet = `${way} pod/${self.pod.name} at ${port}/${protocol}`;
  const lets = holds === 'allow' ? 'lets' : 'does not let';
  return [
    {
      node,
      pod: { namespace: self.pod.namespace, name: self.pod.name },
      policy: self.selecting.map(({ name }) => name).join(', '),
      says: `${node} ${lets} ${packet}, although ${sideText(side, `${port}/${protocol}`)}`,
      shows:
        entry?.text ??
        `no entry of endpoint ${endpoint} for identity ${identity}, ${direction.toLowerCase()} ${port}/${protocol}`,
      command: `cilium-dbg bpf policy get ${endpoint}`,
      hits: holds === 'allow' ? 'opens' : 'closes',
    },
  ];
}
