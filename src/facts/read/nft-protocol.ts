// nft looks protocol names up in /etc/protocols and prints numbers where an image has no such file: one word for both.
import type { Json } from '../netfilter.js';
import { isObject } from './nft-object.js';

const NAMES: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp', 132: 'sctp' };
const named = (value: Json): Json => (typeof value === 'number' ? (NAMES[value] ?? value) : value);

/** A key of a set of this type: a plain value, or one part of a concatenation for each type. */
export function namedKey(key: Json, type: Json): Json {
  const types = Array.isArray(type) ? type : [type];
  if (!isObject(key) || !Array.isArray(key['concat'])) return types[0] === 'inet_proto' ? named(key) : key;
  return { ...key, concat: key['concat'].map((part, at) => (types[at] === 'inet_proto' ? named(part) : part)) };
}

/** A rule's statement: what stands beside a protocol field in a match is a protocol. */
export function namedStatement(statement: Json): Json {
  const match = isObject(statement) ? statement['match'] : undefined;
  if (!isObject(match) || !isProtocolField(match['left'])) return statement;
  return { match: { ...match, right: namedRight(match['right'] ?? null) } };
}

function isProtocolField(left: Json | undefined): boolean {
  if (!isObject(left)) return false;
  const [meta, payload] = [left['meta'], left['payload']];
  return (
    (isObject(meta) && meta['key'] === 'l4proto') ||
    (isObject(payload) && (payload['field'] === 'protocol' || payload['field'] === 'nexthdr'))
  );
}

function namedRight(right: Json): Json {
  return isObject(right) && Array.isArray(right['set']) ? { ...right, set: right['set'].map(named) } : named(right);
}
