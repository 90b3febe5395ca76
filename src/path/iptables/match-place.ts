// Matches on where an address or a packet belongs: address types, reverse path, bridge ports, ranges, recent lists.
import type { Options } from '../../facts/netfilter.js';
import type { Sight, Truth } from '../chain.js';
import { ipNumber } from '../../facts/ip.js';
import type { Frame } from '../packet.js';
import { passesReversePath } from '../reverse-path.js';
import { addressType } from '../route.js';
import { ALWAYS, type Option, type Test, type TestMaker, first } from './test.js';

const has = (options: Options, flag: string): boolean => options.some((option) => option.flag === flag);

export const addressTypeTest: TestMaker = (option, all) => {
  const wanted = first(option).split(',');
  // `blackhole`, `prohibit` and the like are never an answer: routes that end in an error count as unicast.
  const test =
    (pick: (frame: Frame) => string): Test =>
    (frame, sight) =>
      wanted.includes(addressType(sight.netns, pick(frame), limitOf(all, sight)));
  switch (option.flag) {
    case 'src-type':
      return test(({ src }) => src);
    case 'dst-type':
      return test(({ dst }) => dst);
    default:
      return option.flag === 'limit-iface-in' || option.flag === 'limit-iface-out' ? ALWAYS : undefined;
  }
};

function limitOf(all: Options, { iif, oif }: Sight): string | undefined {
  if (has(all, 'limit-iface-in')) return iif;
  return has(all, 'limit-iface-out') ? oif : undefined;
}

export const reversePathTest: TestMaker = (_, all): Test => {
  const [loose, invert, marked] = [has(all, 'loose'), has(all, 'invert'), has(all, 'validmark')];
  const acceptLocal = has(all, 'accept-local');
  return (frame, sight): Truth => {
    const mark = marked ? frame.mark : 0;
    const passes = passesReversePath(sight.netns, frame, { iif: sight.iif ?? 'lo', loose, mark, acceptLocal });
    return typeof passes === 'boolean' ? passes !== invert : passes;
  };
};

/**
 * kube-proxy keeps session affinity in such lists. Which client is in one is not in the dump; but a client that is
 * goes to one of the very backends that balancing chooses from, so only the shares are those of a new client.
 */
export const recentTest: TestMaker = (option, all) => {
  const name = all.find(({ flag }) => flag === 'name')?.values[0] ?? 'DEFAULT';
  switch (option.flag) {
    case 'set':
      return ALWAYS;
    case 'rcheck':
    case 'update':
      return name.startsWith('KUBE-SEP-')
        ? () => false
        : () => ({ doubt: `whether the client is in the recent list ${name}` });
    case 'remove':
      return () => ({ doubt: `whether the client is in the recent list ${name}` });
    default:
      return ['seconds', 'reap', 'name', 'mask', 'rsource', 'rdest', 'hitcount', 'rttl'].includes(option.flag)
        ? ALWAYS
        : undefined;
  }
};

export const physdevTest: TestMaker = (option: Option) => {
  const name = first(option);
  const matches = (port: string | undefined): boolean =>
    port !== undefined && (name.endsWith('+') ? port.startsWith(name.slice(0, -1)) : port === name);
  switch (option.flag) {
    case 'physdev-in':
      return (_, { physin }) => matches(physin);
    case 'physdev-out':
      return (_, { physout }) => matches(physout);
    case 'physdev-is-in':
      return (_, { physin }) => physin !== undefined;
    case 'physdev-is-out':
      return (_, { physout }) => physout !== undefined;
    case 'physdev-is-bridged':
      return (_, { physin, physout }) => physin !== undefined && physout !== undefined;
    default:
      return undefined;
  }
};

export const ipRangeTest: TestMaker = (option) => {
  const [low = '', high = low] = first(option).split('-');
  const [from, to] = [ipNumber(low), ipNumber(high)];
  if (from === undefined || to === undefined) return undefined;
  const within = (ip: string): boolean => {
    const number = ipNumber(ip);
    return number !== undefined && number >= from && number <= to;
  };
  if (option.flag === 'src-range') return ({ src }) => within(src);
  return option.flag === 'dst-range' ? ({ dst }) => within(dst) : undefined;
};
