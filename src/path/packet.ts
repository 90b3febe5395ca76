// The packet that is asked about, and the packet as it is at one point of its way.
import type { Tuple } from '../facts/network.js';

/** The question: a new connection, or a datagram. */
export interface Packet {
  readonly protocol: 'tcp' | 'udp';
  /** Namespace it starts in; `outside` for a client beyond the nodes. */
  readonly from: string;
  /** Chosen by routing when absent. */
  readonly src?: string;
  readonly dst: string;
  readonly sport?: number;
  readonly dport: number;
  /** SO_MARK of the sending socket. */
  readonly mark?: number;
}

export type ConnState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';

/** One entry of one namespace's connection tracking. */
export interface Connection {
  readonly id: number;
  readonly netns: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly original: Tuple;
  /** What the answer will look like here: the original reversed, after all translation. */
  readonly reply: Tuple;
  readonly dnat: boolean;
  readonly snat: boolean;
  /** Destination or source have been settled, if only by leaving them alone: nat chains are not asked again. */
  readonly dstSettled: boolean;
  readonly srcSettled: boolean;
  readonly mark: number;
  /** Its first packet has left this namespace or reached it: IPS_CONFIRMED. */
  readonly confirmed: boolean;
  /** Something has come back: IPS_SEEN_REPLY, which ICMP errors do not set. */
  readonly answered: boolean;
}

/** Everything a rule or a route can look at. Never changed in place. */
export interface Frame extends Tuple {
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** Set on segments: `SYN`, `SYN,ACK`, `RST,ACK`. */
  readonly flags: string;
  readonly icmp?: { readonly type: number; readonly code: number; readonly about: Tuple; readonly of: 'tcp' | 'udp' };
  readonly mark: number;
  readonly ttl: number;
  /** INVALID until conntrack has seen it, which is what the raw table sees. */
  readonly state: ConnState;
  /** The connection it belongs to in this namespace, once conntrack has seen it. */
  readonly conn?: Connection;
  /** It travels against the direction the connection was opened in. */
  readonly isReply: boolean;
  /** It refuses a packet that was not tracked: nf_ct_attach leaves a state on it, and no connection. */
  readonly ofUntracked?: true;
  readonly dstMac?: string;
  readonly srcMac?: string;
  /** Packets this one carries, innermost last: what stands inside a VXLAN datagram. */
  readonly inner?: { readonly frame: Frame; readonly vni: number };
}

export const EPHEMERAL_PORT = 40_000;
/** One that the kernel draws, as it does for masquerade --random-fully: no rule can be asked about it. */
export const RANDOM_PORT = 0;
/** The same, out of a range that a rule names. */
export const PORT_OF_RANGE = 65_536;
export const isDrawn = (port: number): boolean => port === RANDOM_PORT || port === PORT_OF_RANGE;
export const isRandomPort = ({ protocol }: Frame, port: number): boolean => protocol !== 'icmp' && isDrawn(port);

/** What nf_nat draws from when it is not told: a client's port is never below. */
const DRAWN = { low: 1024, high: 65_535 };
/** Seldom enough to be left out: else every masqueraded datagram were "unknown" for the one port of a tunnel. */
const SELDOM = 0.001;

/** Whether a port that was drawn is one of these: surely, hardly ever, or undefined. */
export function isDrawnFrom(
  port: number,
  ranges: readonly { readonly low: number; readonly high: number }[],
): boolean | undefined {
  if (port !== RANDOM_PORT) return undefined;
  const covered = ranges.map(({ low, high }) => Math.max(0, Math.min(high, DRAWN.high) - Math.max(low, DRAWN.low) + 1));
  const share = covered.reduce((sum, count) => sum + count, 0) / (DRAWN.high - DRAWN.low + 1);
  if (share >= 1) return true;
  return share < SELDOM ? false : undefined;
}

export const tupleText = ({ src, dst, sport, dport }: Tuple): string => `${src}:${sport} -> ${dst}:${dport}`;
export const reversed = ({ src, dst, sport, dport }: Tuple): Tuple => ({
  src: dst,
  dst: src,
  sport: dport,
  dport: sport,
});
export const sameTuple = (left: Tuple, right: Tuple): boolean =>
  left.src === right.src && left.dst === right.dst && left.sport === right.sport && left.dport === right.dport;
export const tupleOf = ({ src, dst, sport, dport }: Tuple): Tuple => ({ src, dst, sport, dport });

/** What a firewall sees: equal keys fare equally from here on. */
export function frameKey(frame: Frame): string {
  const { protocol, flags, mark, state, conn, dstMac, inner, ofUntracked } = frame;
  const tracked = conn
    ? `${conn.id} ${tupleText(conn.reply)} ${conn.mark} ${conn.dnat} ${conn.snat} ${conn.confirmed}`
    : '';
  const outer = `${protocol} ${tupleText(frame)} ${flags} ${mark} ${state} ${tracked} ${dstMac ?? ''} ${ofUntracked ?? ''}`;
  return inner ? `${outer} vni ${inner.vni} [${frameKey(inner.frame)}]` : outer;
}
