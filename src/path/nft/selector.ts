// Fields of a packet and of its surroundings, as nft names them. A doubt where they are not in what was read.
import type { Json } from '../../facts/netfilter.js';
import { isObject } from '../../facts/read/nft-object.js';
import { type Connection, type Frame, RANDOM_PORT, isRandomPort } from '../packet.js';
import { addressType, lookupRoute, usesDevice } from '../route.js';
import { type Env, flagBits } from './expression.js';
import { type Value, isList, textOf } from './value.js';

type Selected = Value | undefined | { readonly doubt: string };
const unknown = (what: string): Selected => ({ doubt: what });

export function payloadValue(body: Json, frame: Frame): Selected {
  if (!isObject(body)) return unknown(`nft payload ${JSON.stringify(body)}`);
  const [protocol, field] = [textOf(body['protocol']), textOf(body['field'])];
  const name = `${protocol} ${field}`;
  switch (protocol) {
    case 'ip':
      return ipField(field, frame);
    case 'ip6':
      return undefined;
    case 'tcp':
    case 'udp':
    case 'th':
      // A port of one protocol implies that protocol; `th` reads the same bytes of whatever is there.
      if (protocol === 'th' && frame.icmp) return thOfIcmp(field, frame.icmp);
      if (frame.protocol === 'icmp' || (protocol !== 'th' && frame.protocol !== protocol)) return undefined;
      if (field === 'sport') return portValue(frame, frame.sport);
      if (field === 'dport') return portValue(frame, frame.dport);
      return field === 'flags' && protocol === 'tcp' ? flagBits(frame.flags.split(',')) : unknown(`nft ${name}`);
    case 'icmp':
      return frame.protocol === 'icmp' ? icmpField(field, frame) : undefined;
    case 'icmpv6':
    case 'sctp':
    case 'dccp':
      return undefined;
    default:
      return unknown(`nft ${name}`);
  }
}

/** Type and code stand where TCP has its source port, and a checksum where it has the other. */
const thOfIcmp = (field: string, { type, code }: NonNullable<Frame['icmp']>): Selected =>
  field === 'sport' ? type * 256 + code : CHECKSUM;
/** No number that a set of ports could hold. */
export const CHECKSUM = -1;

const portValue = (frame: Frame, port: number): Selected => {
  if (!isRandomPort(frame, port)) return port;
  return unknown(port === RANDOM_PORT ? RANDOMLY : 'a port that the kernel chose from a range');
};
export const RANDOMLY = 'a port that the kernel chose at random';

function ipField(field: string, frame: Frame): Selected {
  if (field === 'saddr') return frame.src;
  if (field === 'daddr') return frame.dst;
  if (field === 'protocol') return frame.protocol;
  return field === 'version' ? 4 : unknown(`nft ip ${field}`);
}

function icmpField(field: string, { icmp }: Frame): Selected {
  if (!icmp) return undefined;
  if (field === 'code') return icmp.code;
  return field === 'type'
    ? icmp.type === 3
      ? 'destination-unreachable'
      : 'time-exceeded'
    : unknown(`nft icmp ${field}`);
}

export function metaValue(body: Json, { frame, sight }: Env): Selected {
  const key = isObject(body) ? textOf(body['key']) : '';
  switch (key) {
    case 'l4proto':
      return frame.protocol;
    case 'protocol':
      return 'ip';
    case 'nfproto':
      return 'ipv4';
    case 'mark':
      return frame.mark;
    case 'iif':
    case 'iifname':
      return sight.iif ?? '';
    case 'oif':
    case 'oifname':
      return sight.oif ?? '';
    default:
      return unknown(`nft meta ${key}`);
  }
}

export function conntrackValue(body: Json, frame: Frame): Selected {
  if (!isObject(body)) return unknown(`nft ct ${JSON.stringify(body)}`);
  const [key, direction] = [textOf(body['key']), textOf(body['dir'])];
  const { conn } = frame;
  if (key === 'state') return frame.state.toLowerCase();
  if (!conn) return undefined;
  const tuple = direction === 'reply' ? conn.reply : conn.original;
  switch (key) {
    case 'status':
      return statusOf(conn);
    case 'mark':
      return conn.mark;
    case 'direction':
      return frame.isReply ? 'reply' : 'original';
    case 'saddr':
    case 'ip saddr':
      return tuple.src;
    case 'daddr':
    case 'ip daddr':
      return tuple.dst;
    case 'proto-src':
      return portValue(frame, tuple.sport);
    case 'proto-dst':
      return portValue(frame, tuple.dport);
    case 'protocol':
      return conn.protocol;
    default:
      return unknown(`nft ct ${key}`);
  }
}

const statusOf = ({ dnat, snat, answered, confirmed }: Connection): readonly string[] => [
  ...(dnat ? ['dnat'] : []),
  ...(snat ? ['snat'] : []),
  ...(answered ? ['seen-reply'] : []),
  ...(confirmed ? ['confirmed'] : []),
];

export function fibValue(body: Json, { frame, sight }: Env): Selected {
  if (!isObject(body)) return unknown(`nft fib ${JSON.stringify(body)}`);
  const result = textOf(body['result']);
  const listed = body['flags'];
  const flags = isList(listed) ? (listed as readonly Json[]).map(textOf) : [textOf(listed)];
  const has = (flag: string): boolean => flags.includes(flag);
  const ip = has('saddr') ? frame.src : frame.dst;
  const device = has('iif') ? sight.iif : has('oif') ? sight.oif : undefined;
  if (result === 'type') return addressType(sight.netns, ip, device).toLowerCase();
  // nft_fib4_eval asks no table about what comes round by the loopback device.
  if (sight.hook === 'prerouting' && sight.iif === 'lo') return result === 'check' ? 1 : 'lo';
  // The route is asked for as if the packet's other end were to send there: rules may look at that too.
  const src = has('saddr') ? frame.dst : frame.src;
  const found = lookupRoute(sight.netns, { dst: ip, src, mark: has('mark') ? frame.mark : 0 });
  if (found.kind === 'unknown') return unknown(found.why);
  if (found.kind !== 'route' || found.route.type !== 'unicast') return false;
  const { route } = found;
  // The device is no part of the question: the route that was found must use it.
  if (device !== undefined && !usesDevice(route, device)) return false;
  return result === 'check' ? 1 : (device ?? route.dev ?? route.nexthops?.[0]?.dev ?? false);
}
