// One option of a match, as a question about a packet.
import type { Options } from '../../facts/netfilter.js';
import type { Sight, Truth } from '../chain.js';
import { inCidr, ipNumber, parseCidr } from '../../facts/ip.js';
import { type Frame, isDrawnFrom, isRandomPort } from '../packet.js';

export type Option = Options[number];
export type Test = (frame: Frame, sight: Sight) => Truth;
/** Undefined: this module has no such option that we know. */
export type TestMaker = (option: Option, all: Options) => Test | undefined;

export const ALWAYS: Test = () => true;
export const undecided =
  (doubt: string): Test =>
  () => ({ doubt });

export const optionText = ({ flag, values, negated }: Option): string =>
  `${negated ? '! ' : ''}${flag.length === 1 ? '-' : '--'}${flag}${values.length > 0 ? ` ${values.join(' ')}` : ''}`;

export const first = (option: Option): string => option.values[0] ?? '';

/** `0x4000/0xff`: without a mask all 32 bits count. */
export function parseMark(text: string): { readonly value: number; readonly mask: number } {
  const [value = '0', mask = '0xffffffff'] = text.split('/');
  return { value: Number(value) >>> 0, mask: Number(mask) >>> 0 };
}

export function addressTest(text: string, pick: (frame: Frame) => string): Test {
  const cidrs = text.split(',').map(parseCidr);
  const [only] = cidrs;
  // The match of nearly every rule, asked of thousands of rules in a row.
  if (only && cidrs.length === 1)
    return (frame) => {
      const ip = ipNumber(pick(frame));
      return ip !== undefined && inCidr(ip, only);
    };
  return (frame) => {
    const ip = ipNumber(pick(frame));
    return cidrs.some((cidr) => cidr !== undefined && ip !== undefined && inCidr(ip, cidr));
  };
}

/** `80`, `1000:2000`, `:1023`, `1024:`. */
export function portTest(text: string, pick: (frame: Frame) => number): Test {
  const ranges = text.split(',').map((part) => {
    const [low = '', high = low] = part.split(':');
    return { low: low === '' ? 0 : Number(low), high: high === '' ? 65_535 : Number(high) };
  });
  return (frame) => {
    const port = pick(frame);
    if (isRandomPort(frame, port))
      return isDrawnFrom(port, ranges) ?? { doubt: `whether a port that the kernel chose at random is ${text}` };
    return ranges.some(({ low, high }) => port >= low && port <= high);
  };
}

export function linkTest(name: string, pick: (sight: Sight) => string | undefined): Test {
  const prefix = name.endsWith('+') ? name.slice(0, -1) : undefined;
  return (_, sight) => {
    const link = pick(sight);
    // Where a hook has no such device the kernel compares with an empty name.
    return prefix === undefined ? link === name : (link ?? '').startsWith(prefix);
  };
}
