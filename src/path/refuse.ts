// The packets that say no: a TCP reset, or an ICMP error that quotes what it refuses.
import type { Frame } from './packet.js';
import { tupleOf } from './packet.js';
import type { Refusal } from './prediction.js';
import type { Answer } from './scenario.js';
import { addressType } from './route.js';
import type { Netns } from './world.js';

const CODES: Readonly<Record<Exclude<Refusal, 'rst' | 'not-permitted'>, readonly [number, number]>> = {
  'icmp-net-unreachable': [3, 0],
  'icmp-host-unreachable': [3, 1],
  'icmp-proto-unreachable': [3, 2],
  'icmp-port-unreachable': [3, 3],
  'icmp-net-prohibited': [3, 9],
  'icmp-host-prohibited': [3, 10],
  'icmp-admin-prohibited': [3, 13],
  'icmp-ttl-exceeded': [11, 0],
};

export interface Refusing {
  readonly how: Refusal;
  /** Sent while the refused packet is in hand: the answer belongs to its connection without looking it up. */
  readonly attached: boolean;
}

/** Undefined when nothing is sent: an error is never answered with an error. */
export function refusal(netns: Netns, frame: Frame, { how, attached }: Refusing): Answer | undefined {
  if (how === 'not-permitted' || frame.icmp || frame.flags.includes('RST')) return undefined;
  const base = bare(frame);
  const conn = attached ? attachment(frame) : {};
  const back = { dst: frame.src, dport: frame.sport, sport: frame.dport, ...conn };
  if (how === 'rst') {
    if (frame.protocol !== 'tcp') return undefined;
    return { netns: netns.id, frame: { ...base, ...back, src: frame.dst, flags: 'RST,ACK' } };
  }
  const [type, code] = CODES[how];
  const of = frame.protocol === 'udp' ? 'udp' : 'tcp';
  const icmp = { type, code, about: tupleOf(frame), of } as const;
  // icmp_send asks whether the packet was routed here (RTCF_LOCAL), be it by a local route to what is no address of its
  // own; a router that is not the one addressed speaks with the address that its way back begins with.
  const src = addressType(netns, frame.dst) === 'LOCAL' ? frame.dst : '';
  return { netns: netns.id, frame: { ...base, ...back, src, sport: 0, dport: 0, protocol: 'icmp', flags: '', icmp } };
}

/** nf_ct_attach: the error is related to the connection of what it refuses, or to none where that was not tracked. */
function attachment({ conn, isReply, state }: Frame): Partial<Frame> {
  if (conn) return { conn, isReply: !isReply, state: 'RELATED' };
  return state === 'UNTRACKED' ? { ofUntracked: true } : {};
}

function bare(frame: Frame): Frame {
  const { conn: _, dstMac: __, inner: ___, ofUntracked: ____, ...rest } = frame;
  return { ...rest, mark: 0, ttl: 64, state: 'INVALID', isReply: false };
}

/** The answer of a listening socket. */
export function acceptance(netns: Netns, frame: Frame): Answer {
  const flags = frame.protocol === 'tcp' ? 'SYN,ACK' : '';
  const back = { src: frame.dst, dst: frame.src, sport: frame.dport, dport: frame.sport };
  return { netns: netns.id, frame: { ...bare(frame), ...back, flags } };
}
