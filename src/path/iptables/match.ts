// Every match of a rule becomes a test. What is not in these tables is undecided, never "no match".
import type { IptablesMatch } from '../../facts/netfilter.js';
import { type Truth, not } from '../chain.js';
import { addressTypeTest, ipRangeTest, physdevTest, recentTest, reversePathTest } from './match-place.js';
import { conntrackTest, connmarkTest, stateTest } from './match-conntrack.js';
import { ownerTest } from './match-owner.js';
import { setTest } from './match-set.js';
import {
  ALWAYS,
  type Test,
  type TestMaker,
  addressTest,
  first,
  linkTest,
  optionText,
  parseMark,
  portTest,
  undecided,
} from './test.js';

const PROTOCOLS: Readonly<Record<string, string>> = { 6: 'tcp', 17: 'udp', 1: 'icmp' };

const builtin: TestMaker = (option) => {
  const value = first(option);
  switch (option.flag) {
    case 's':
      return addressTest(value, ({ src }) => src);
    case 'd':
      return addressTest(value, ({ dst }) => dst);
    case 'i':
      return linkTest(value, ({ iif }) => iif);
    case 'o':
      return linkTest(value, ({ oif }) => oif);
    case 'p':
      return ({ protocol }) => value === 'all' || value === '0' || (PROTOCOLS[value] ?? value) === protocol;
    case 'f':
      return () => false;
    default:
      return ports(option, []);
  }
};

const ports: TestMaker = (option) => {
  switch (option.flag) {
    case 'sport':
    case 'source-port':
    case 'sports':
    case 'source-ports':
      return portTest(first(option), ({ sport }) => sport);
    case 'dport':
    case 'destination-port':
    case 'dports':
    case 'destination-ports':
      return portTest(first(option), ({ dport }) => dport);
    case 'ports': {
      const [from, to] = [portTest(first(option), ({ sport }) => sport), portTest(first(option), ({ dport }) => dport)];
      return (frame, sight) => either(from(frame, sight), to(frame, sight));
    }
    case 'tcp-flags':
      return flagsTest(first(option), option.values[1] ?? 'NONE');
    case 'syn':
      return flagsTest('FIN,SYN,RST,ACK', 'SYN');
    default:
      return undefined;
  }
};

const either = (left: Truth, right: Truth): Truth =>
  left === true || right === true ? true : left === false ? right : left;

function flagsTest(mask: string, set: string): Test {
  const every = 'FIN,SYN,RST,PSH,ACK,URG'.split(',');
  const names = (text: string): readonly string[] => (text === 'ALL' ? every : text === 'NONE' ? [] : text.split(','));
  const [looked, wanted] = [names(mask), names(set)];
  return ({ flags }) => {
    const has = flags.split(',');
    return looked.every((name) => has.includes(name) === wanted.includes(name));
  };
}

const ICMP_TYPES: Readonly<Record<string, string>> = {
  'echo-request': '8',
  'echo-reply': '0',
  'destination-unreachable': '3',
  'network-unreachable': '3/0',
  'host-unreachable': '3/1',
  'port-unreachable': '3/3',
  'fragmentation-needed': '3/4',
  'time-exceeded': '11',
};

const icmp: TestMaker = (option) => {
  if (option.flag !== 'icmp-type') return undefined;
  const value = ICMP_TYPES[first(option)] ?? first(option);
  const [type, code] = value.split('/');
  if (value !== 'any' && value !== '255' && !/^\d+$/.test(type ?? '')) return undefined;
  return (frame) =>
    value === 'any' ||
    value === '255' ||
    (String(frame.icmp?.type) === type && (code === undefined || String(frame.icmp?.code) === code));
};

const mark: TestMaker = (option) => {
  const { value, mask } = parseMark(first(option));
  return option.flag === 'mark' ? (frame) => (frame.mark & mask) >>> 0 === value : undefined;
};

const statistic: TestMaker = (option, all) => {
  const mode = all.find(({ flag }) => flag === 'mode')?.values[0];
  if (option.flag === 'probability' && mode === 'random') {
    const chance = Number(first(option));
    return () => ({ chance });
  }
  // A counter's position is not known, so over many packets it is a chance of one in `every`.
  if (option.flag === 'every' && mode === 'nth') {
    const chance = 1 / Number(first(option));
    return () => ({ chance });
  }
  return option.flag === 'mode' || option.flag === 'packet' ? ALWAYS : undefined;
};

const MODULES: Readonly<Record<string, TestMaker>> = {
  '': builtin,
  tcp: ports,
  udp: ports,
  multiport: ports,
  icmp,
  mark,
  connmark: connmarkTest,
  conntrack: conntrackTest,
  state: stateTest,
  statistic,
  addrtype: addressTypeTest,
  recent: recentTest,
  set: setTest,
  owner: ownerTest,
  rpfilter: reversePathTest,
  physdev: physdevTest,
  iprange: ipRangeTest,
  comment: () => ALWAYS,
  // Counts and is always true.
  nfacct: () => ALWAYS,
};
/** These see to their own `!`: without a connection it does not turn a no into a yes. */
const SELF_NEGATING = new Set(['conntrack', 'connmark']);
/** Modules that are empty without options: `-m tcp` alone only asks for a whole header. */
const BARE = new Set(['tcp', 'udp', 'icmp', 'comment', 'nfacct', 'rpfilter']);

/** Tests of one match in order; all of them must hold. */
export function testsOf(match: IptablesMatch): readonly Test[] {
  const maker = MODULES[match.module];
  const text = `-m ${match.module}${match.options.map((option) => ` ${optionText(option)}`).join('')}`;
  if (!maker) return [undecided(text)];
  if (match.options.length === 0 && !BARE.has(match.module)) return [undecided(text)];
  if (match.module === 'rpfilter')
    return [whole(reversePathTest({ flag: '', values: [], negated: false }, match.options), text)];
  return match.options.map((option) => {
    const test = maker(option, match.options);
    if (!test) return undecided(text);
    return option.negated && !SELF_NEGATING.has(match.module) ? negate(test) : test;
  });
}

const whole = (test: Test | undefined, text: string): Test => test ?? undecided(text);
const negate =
  (test: Test): Test =>
  (frame, sight) =>
    not(test(frame, sight));
