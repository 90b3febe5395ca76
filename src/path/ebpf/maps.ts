// Look-ups in Cilium's maps as its programs make them.
import type { CiliumBackend, CiliumEndpoint, CiliumIdentity, CiliumMaps, CiliumPolicyEntry } from '../../facts/ebpf.js';
import { inCidr, ipNumber, parseCidr } from '../../facts/ip.js';
import type { Frame } from '../packet.js';

/** pkg/identity: reserved numbers. */
export const HOST = 1;
export const REMOTE_NODE = 6;

export const endpointAt = ({ endpoints }: CiliumMaps, ip: string): CiliumEndpoint | undefined =>
  endpoints.find((endpoint) => endpoint.ip === ip);

/** The ipcache is a longest-prefix match, so every address is somebody: at worst the world. */
export function identityOf({ identities }: CiliumMaps, ip: string): CiliumIdentity | undefined {
  const number = ipNumber(ip);
  if (number === undefined) return undefined;
  let best: { readonly entry: CiliumIdentity; readonly length: number } | undefined;
  for (const entry of identities) {
    const cidr = parseCidr(entry.cidr);
    if (cidr && inCidr(number, cidr) && cidr.length >= (best?.length ?? 0)) best = { entry, length: cidr.length };
  }
  return best?.entry;
}

const PROTOCOLS = { tcp: 6, udp: 17, icmp: 1 } as const;
const PROTOCOL_BITS = 8;
const PORT_BITS = 16;

interface Asked {
  readonly direction: CiliumPolicyEntry['direction'];
  readonly identity: number;
  readonly frame: Pick<Frame, 'protocol' | 'dport'>;
}

/**
 * __policy_can_access (bpf/lib/policy.h, 1.16): the longest match on protocol and port decides, first with the peer's
 * identity and then with any; of two equally long ones that with the identity. No entry at all is a drop.
 */
export function policyEntry(
  entries: readonly CiliumPolicyEntry[],
  { direction, identity, frame }: Asked,
): CiliumPolicyEntry | undefined {
  const longest = (of: number): CiliumPolicyEntry | undefined =>
    entries
      .filter((entry) => entry.direction === direction && entry.identity === of && covers(entry, frame))
      .reduce<CiliumPolicyEntry | undefined>(
        (best, each) => (each.prefix > (best?.prefix ?? -1) ? each : best),
        undefined,
      );
  const own = longest(identity);
  const any = longest(0);
  return any && any.prefix > (own?.prefix ?? -1) ? any : own;
}

function covers({ protocol, port, prefix }: CiliumPolicyEntry, frame: Asked['frame']): boolean {
  if (prefix === 0) return true;
  if (protocol !== PROTOCOLS[frame.protocol]) return false;
  const free = PORT_BITS - Math.max(0, prefix - PROTOCOL_BITS);
  return frame.dport >> free === port >> free;
}

export interface Frontend {
  readonly key: string;
  readonly backends: readonly CiliumBackend[];
  readonly flags: readonly string[];
}

/** sock4_xlate_fwd: the address itself, then for a node's own address whatever is served on that port of every node. */
export function frontendOf(maps: CiliumMaps, { dst, dport }: Pick<Frame, 'dst' | 'dport'>): Frontend | undefined {
  const isNode = [HOST, REMOTE_NODE].includes(identityOf(maps, dst)?.identity ?? -1);
  const keys = [`${dst}:${dport}`, ...(isNode ? [`0.0.0.0:${dport}`] : [])];
  for (const key of keys) {
    const service = maps.services.get(key);
    // A connection made on a node is "east-west": where two scopes exist it sees the inner one.
    if (service) return { key, flags: service.flags, backends: service.inside ?? service.backends };
  }
  return undefined;
}
