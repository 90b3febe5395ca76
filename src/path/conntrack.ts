// Connection tracking of one namespace along the walk: finding a packet's connection, settling its translation.
import type { Tuple } from '../facts/network.js';
import { type Connection, type Frame, reversed, sameTuple, tupleOf } from './packet.js';

export type Connections = readonly Connection[];

/** Attaches the packet to its connection, or opens one. Done once per namespace unless the packet was seen before. */
export function track(connections: Connections, frame: Frame, netns: string): Frame {
  // What already has a connection came round by the loopback device, and keeps it.
  if (frame.conn?.netns === netns || frame.state === 'UNTRACKED') return frame;
  const here = connections.filter((conn) => conn.netns === netns);
  if (frame.icmp) return trackError(here, frame);
  const original = here.find((conn) => conn.protocol === frame.protocol && sameTuple(conn.original, frame));
  if (original) return { ...frame, conn: original, isReply: false, state: 'NEW' };
  const answer = here.find((conn) => conn.protocol === frame.protocol && sameTuple(conn.reply, frame));
  if (answer) return { ...frame, conn: { ...answer, answered: true }, isReply: true, state: 'ESTABLISHED' };
  // A lone SYN/ACK or RST belongs to nothing: INVALID, and INVALID packets are never translated.
  const { conn: _, ofUntracked: __, ...bare } = frame;
  if (frame.protocol === 'tcp' && frame.flags !== 'SYN') return { ...bare, isReply: false, state: 'INVALID' };
  return { ...frame, conn: opened(connections.length, frame, netns), isReply: false, state: 'NEW' };
}

function opened(id: number, frame: Frame, netns: string): Connection {
  const fresh = {
    dnat: false,
    snat: false,
    dstSettled: false,
    srcSettled: false,
    mark: 0,
    confirmed: false,
    answered: false,
  };
  return { id, netns, protocol: frame.protocol, original: tupleOf(frame), reply: reversed(frame), ...fresh };
}

/** An ICMP error belongs to the connection whose packet it quotes, and travels against that packet. */
function trackError(here: Connections, frame: Frame): Frame {
  const { icmp, conn: _, ...bare } = frame;
  if (!icmp) return frame;
  const of = here.filter((conn) => conn.protocol === icmp.of);
  // It quotes the packet as it was beyond this namespace: the reply tuple turned round.
  const quoted = of.find((conn) => sameTuple(reversed(conn.reply), icmp.about) || sameTuple(conn.original, icmp.about));
  if (quoted) return { ...bare, icmp, conn: quoted, isReply: true, state: 'RELATED' };
  const answered = of.find((conn) => sameTuple(conn.reply, icmp.about));
  if (answered) return { ...bare, icmp, conn: answered, isReply: false, state: 'RELATED' };
  return { ...bare, icmp, isReply: false, state: 'INVALID' };
}

export type Manip = 'dst' | 'src';

/** Applies what a connection has settled to a packet of either direction, at the hook for that end. */
export function translate(frame: Frame, manip: Manip): Frame {
  const { conn } = frame;
  if (!conn || frame.state === 'UNTRACKED' || frame.state === 'INVALID') return frame;
  const undone = frame.isReply ? conn.original : reversed(conn.reply);
  const wanted = frame.isReply ? reversed(undone) : undone;
  // A reply's destination is undone only if the source was translated, and the other way round.
  const applies = frame.isReply === (manip === 'dst') ? conn.snat : conn.dnat;
  if (!applies) return frame;
  if (frame.icmp) return translateError(frame, manip);
  return manip === 'dst'
    ? { ...frame, dst: wanted.dst, dport: wanted.dport }
    : { ...frame, src: wanted.src, sport: wanted.sport };
}

/** The quoted packet goes the other way, so its other end is rewritten with the error's own. */
function translateError(frame: Frame, manip: Manip): Frame {
  const { conn, icmp } = frame;
  if (!conn || !icmp) return frame;
  const wanted = frame.isReply ? reversed(conn.original) : reversed(conn.reply);
  const about = icmp.about;
  if (manip === 'dst') {
    const inner = { ...about, src: wanted.dst, sport: wanted.dport };
    return { ...frame, dst: wanted.dst, icmp: { ...icmp, about: inner } };
  }
  // The outer source becomes the far end's as well, even where a router between sent the error.
  const inner = { ...about, dst: wanted.src, dport: wanted.sport };
  return { ...frame, src: wanted.src, icmp: { ...icmp, about: inner } };
}

/** A nat rule gave the connection a new destination or source. */
export function settle(frame: Frame, manip: Manip, to: Partial<Tuple>): Frame {
  const { conn } = frame;
  if (!conn) return frame;
  const now = reversed(conn.reply);
  const next = { ...now, ...to };
  const changed = !sameTuple(now, next);
  const settled: Connection =
    manip === 'dst'
      ? { ...conn, reply: reversed(next), dnat: conn.dnat || changed, dstSettled: true }
      : { ...conn, reply: reversed(next), snat: conn.snat || changed, srcSettled: true };
  return translate({ ...frame, conn: settled }, manip);
}

/** No rule translated it: it keeps what it has, and later packets do not ask again. */
export function leaveAlone(frame: Frame, manip: Manip): Frame {
  const { conn } = frame;
  if (!conn) return frame;
  return { ...frame, conn: manip === 'dst' ? { ...conn, dstSettled: true } : { ...conn, srcSettled: true } };
}

/** nf_confirm, behind all chains of INPUT and POSTROUTING: not for what refuses the first packet and goes against it. */
export const confirmed = (frame: Frame): Frame =>
  frame.conn && !frame.conn.confirmed && !frame.isReply
    ? { ...frame, conn: { ...frame.conn, confirmed: true } }
    : frame;

export const isSettled = ({ conn }: Frame, manip: Manip): boolean =>
  conn === undefined || (manip === 'dst' ? conn.dstSettled : conn.srcSettled);

export function remember(connections: Connections, { conn }: Frame): Connections {
  if (!conn) return connections;
  return [...connections.filter(({ id }) => id !== conn.id), conn].toSorted((left, right) => left.id - right.id);
}
