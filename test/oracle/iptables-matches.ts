// Matches of iptables that a Kubernetes node's rules use, with random arguments: those the walk must decide.
import type { Dice } from './random.js';
import { FAR_PODS, LINKS, NODE, OUTSIDE, PODS, PORTS, VIPS } from './situation.js';

export interface Writing {
  readonly dice: Dice;
  /** Empty in a user chain. */
  readonly hook: string;
  readonly jumps: readonly string[];
}

export const not = (dice: Dice): string => (dice.chance(0.2) ? '! ' : '');
export const address = (dice: Dice): string =>
  dice.pick([
    ...PODS.map((ip) => `${ip}/32`),
    ...VIPS.map((ip) => `${ip}/32`),
    ...OUTSIDE.map((ip) => `${ip}/32`),
    ...FAR_PODS,
    '10.180.0.0/16',
    '10.180.0.0/24',
    '192.168.77.0/24',
    NODE,
    '127.0.0.0/8',
    '0.0.0.0/1',
  ]);
const link = (dice: Dice): string => dice.pick([...LINKS, 'p+', 'lo']);
const isIncoming = (hook: string): boolean => ['PREROUTING', 'INPUT', 'FORWARD'].includes(hook);

export function linkMatches({ dice, hook }: Writing): readonly string[] {
  const outgoing = ['OUTPUT', 'POSTROUTING', 'FORWARD'].includes(hook);
  return [
    ...(isIncoming(hook) && dice.chance(0.2) ? [`${not(dice)}-i ${link(dice)}`] : []),
    ...(outgoing && dice.chance(0.2) ? [`${not(dice)}-o ${link(dice)}`] : []),
  ];
}

export function portMatch(dice: Dice): { readonly protocol: string; readonly text: string } {
  const protocol = dice.pick(['tcp', 'tcp', 'udp']);
  const port = dice.pick(PORTS);
  const texts = [
    `-m ${protocol} ${not(dice)}--dport ${port}`,
    `-m ${protocol} --dport ${dice.pick(['1:100', '8000:9000', '30000:32767', ':443', '8080:'])}`,
    `-m ${protocol} ${not(dice)}--sport ${dice.pick(['20000:20040', '20050:', ':1024'])}`,
    `-m multiport ${not(dice)}--dports ${port},${dice.pick(PORTS)},1000:2000`,
    `-m multiport ${not(dice)}--${dice.pick(['ports', 'sports'])} ${port},20010:20030`,
  ];
  if (protocol === 'tcp') texts.push('-m tcp --tcp-flags FIN,SYN,RST,ACK SYN', '-m tcp ! --tcp-flags SYN,ACK SYN,ACK');
  return { protocol, text: dice.pick(texts) };
}

export const mark = (dice: Dice): string => dice.pick(['0x1/0x1', '0x4000/0x4000', '0x2/0x6', '0x0/0x4000', '0x5']);
const states = (dice: Dice): string =>
  dice.pick([
    'NEW',
    'RELATED,ESTABLISHED',
    'INVALID',
    'DNAT',
    'SNAT',
    'NEW,INVALID',
    'INVALID,UNTRACKED',
    'ESTABLISHED,DNAT',
  ]);

/** Each stands in the rules of one situation in a hundred or more, so that none can be wrong in silence. */
export const MATCHES: readonly ((writing: Writing) => string)[] = [
  ({ dice }) => `-m mark ${not(dice)}--mark ${mark(dice)}`,
  ({ dice }) => `-m connmark ${not(dice)}--mark ${mark(dice)}`,
  ({ dice }) => `-m conntrack ${not(dice)}--ctstate ${states(dice)}`,
  ({ dice }) => `-m conntrack ${not(dice)}--ctstate ${states(dice)}`,
  ({ dice }) => `-m state ${not(dice)}--state ${dice.pick(['NEW', 'RELATED,ESTABLISHED', 'INVALID', 'UNTRACKED'])}`,
  ({ dice }) => `-m conntrack ${not(dice)}--ctorigdst ${address(dice)} --ctorigdstport ${dice.pick(PORTS)}`,
  ({ dice }) => `-m conntrack --${dice.pick(['ctorigsrc', 'ctreplsrc', 'ctrepldst'])} ${address(dice)}`,
  ({ dice }) =>
    `-m conntrack --${dice.pick(['ctreplsrcport', 'ctrepldstport'])} ${dice.pick(['80', '8080', '20000:20050'])}`,
  ({ dice }) => `-m conntrack --ctdir ${dice.pick(['ORIGINAL', 'REPLY'])}`,
  ({ dice }) => `-m conntrack ${not(dice)}--ctproto ${dice.pick([6, 17])}`,
  ({ dice }) =>
    `-m conntrack ${not(dice)}--ctstatus ${dice.pick(['SEEN_REPLY', 'CONFIRMED', 'ASSURED', 'SEEN_REPLY,CONFIRMED'])}`,
  ({ dice }) => `-m addrtype ${not(dice)}--dst-type ${dice.pick(['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST'])}`,
  ({ dice }) => `-m addrtype ${not(dice)}--dst-type LOCAL`,
  ({ dice }) => `-m addrtype ${not(dice)}--src-type LOCAL`,
  ({ dice, hook }) =>
    isIncoming(hook)
      ? '-m addrtype --dst-type LOCAL --limit-iface-in'
      : `-m addrtype --src-type ${dice.pick(['LOCAL', 'UNICAST'])}`,
  ({ dice }) => `-m set ${not(dice)}--match-set ${dice.pick(['ips', 'nets'])} ${dice.pick(['src', 'dst'])}`,
  ({ dice }) => `-m set ${not(dice)}--match-set ipports ${dice.pick(['src,src', 'dst,dst', 'src,dst'])}`,
  ({ dice }) => `-m set ${not(dice)}--match-set netports ${dice.pick(['src,dst', 'dst,dst'])}`,
  ({ dice }) => `-m set ${not(dice)}--match-set lists ${dice.pick(['src', 'dst'])}`,
  ({ dice }) => `-m statistic --mode random --probability ${dice.pick(['0.5', '0.33333333349'])}`,
  ({ dice }) => `-m statistic --mode nth --every ${dice.pick([2, 3])} --packet ${dice.pick([0, 1])}`,
  ({ dice }) =>
    `-m iprange ${not(dice)}--${dice.pick(['src', 'dst'])}-range 10.180.0.${dice.pick([1, 12])}-10.180.0.${dice.pick([12, 13])}`,
  () => '-m comment --comment "a \\"quoted\\" word: here"',
  ({ dice }) =>
    `-m nfacct --nfacct-name ${dice.pick(['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts'])}`,
  ({ dice, hook }) => (isIncoming(hook) ? `-m physdev ${dice.pick(['! --physdev-is-in', '--physdev-in p+'])}` : ''),
  ({ dice, hook }) =>
    hook === 'PREROUTING'
      ? `-m rpfilter ${dice.pick(['', '--loose ', '--validmark '])}${dice.pick(['', '--invert'])}`
      : '',
  ({ dice, hook }) =>
    hook === 'PREROUTING' ? `-m rpfilter ${dice.pick(['--accept-local ', '--validmark --loose '])}--invert` : '',
];
