// Membership in an ipset. Undefined where the type asks for something that is not in a packet as we know it.
import type { Ipset } from '../facts/network.js';
import type { Sight } from './chain.js';
import { inCidr, ipNumber, parseCidr } from '../facts/ip.js';
import { type Frame, isRandomPort } from './packet.js';
import type { Netns } from './world.js';

export interface SetQuestion {
  readonly netns: Netns;
  readonly set: Ipset;
  /** One of `src` and `dst` for each part of the set's type. */
  readonly directions: readonly string[];
  readonly sight: Sight;
}

export const ipsetOf = (netns: Netns, name: string): Ipset | undefined =>
  netns.netfilter?.ipsets.find((set) => set.name === name);

type PartTest = (member: string) => boolean;

export function memberOf(question: SetQuestion, frame: Frame): boolean | undefined {
  const { set, directions } = question;
  if (set.family !== 'inet' && !set.type.startsWith('list:') && set.type !== 'bitmap:port') return false;
  if (set.type === 'list:set') return memberOfList(question, frame);
  const kinds = (set.type.split(':')[1] ?? '').split(',');
  const tests = kinds.map((kind, at) => partTest(kind, directions[at] ?? 'src', { frame, sight: question.sight }));
  if (tests.includes(undefined)) return undefined;
  if (set.type === 'hash:ip') return ipIndex(set).has(directions[0] === 'dst' ? frame.dst : frame.src);
  return bestMember(set, tests as readonly PartTest[]);
}

/** Any member will do, except that of nets the longest prefix speaks, and may speak against (`nomatch`). */
function bestMember(set: Ipset, tests: readonly PartTest[]): boolean {
  let best: { readonly length: number; readonly against: boolean } | undefined;
  for (const member of set.members) {
    const [fields = '', option] = member.split(' ');
    const parts = fields.split(',');
    if (!tests.every((test, at) => test(parts[at] ?? ''))) continue;
    const length = parts.reduce((sum, part) => sum + prefixLength(part), 0);
    if (!best || length > best.length) best = { length, against: option === 'nomatch' };
  }
  return best !== undefined && !best.against;
}

const prefixLength = (part: string): number => (part.includes('/') ? Number(part.split('/')[1]) : 32);

function partTest(
  kind: string,
  direction: string,
  { frame, sight }: { readonly frame: Frame; readonly sight: Sight },
): PartTest | undefined {
  const isSource = direction === 'src';
  switch (kind) {
    case 'ip':
    case 'net':
      return addressPart(isSource ? frame.src : frame.dst);
    case 'port':
      if (isRandomPort(frame, isSource ? frame.sport : frame.dport)) return undefined;
      return portPart(frame.protocol, isSource ? frame.sport : frame.dport);
    case 'iface': {
      const link = isSource ? sight.iif : sight.oif;
      return (member) => member === link;
    }
    case 'mark':
      return (member) => Number(member) === frame.mark;
    default:
      return undefined;
  }
}

function addressPart(ip: string): PartTest {
  const number = ipNumber(ip);
  return (member) => {
    const [low = '', high] = member.split('-');
    if (high !== undefined && number !== undefined) {
      return number >= (ipNumber(low) ?? Infinity) && number <= (ipNumber(high) ?? -1);
    }
    const cidr = parseCidr(member);
    return number !== undefined && cidr !== undefined && inCidr(number, cidr);
  };
}

/** `tcp:80`, `udp:1000-2000`, and in bitmap:port a bare `80`. */
function portPart(protocol: string, port: number): PartTest {
  return (member) => {
    const [name = '', ports = ''] = member.includes(':') ? member.split(':') : [protocol, member];
    const [low = '', high = low] = ports.split('-');
    return name === protocol && port >= Number(low) && port <= Number(high);
  };
}

function memberOfList(question: SetQuestion, frame: Frame): boolean | undefined {
  let open = false;
  for (const name of question.set.members) {
    const set = ipsetOf(question.netns, name);
    const member = set && memberOf({ ...question, set }, frame);
    if (member === true) return true;
    if (member === undefined) open = true;
  }
  return open ? undefined : false;
}

const indexes = new WeakMap<Ipset, ReadonlySet<string>>();
function ipIndex(set: Ipset): ReadonlySet<string> {
  const known = indexes.get(set) ?? new Set(set.members);
  indexes.set(set, known);
  return known;
}
