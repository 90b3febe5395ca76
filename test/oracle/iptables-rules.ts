// Random iptables rules: a skeleton as kube-proxy and a CNI would write it, and wild ones between.
import type { Dice } from './random.js';
import { FAR_PODS, LINKS, NODE, OUTSIDE, PODS, PORTS, VIPS } from './situation.js';

type Table = 'raw' | 'mangle' | 'nat' | 'filter';
const HOOKS: Readonly<Record<Table, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

export function iptablesRules(dice: Dice): { readonly text: string; readonly ipsets: string } {
  const tables = (['raw', 'mangle', 'nat', 'filter'] as const).map((table) => tableText(table, dice));
  return { text: `${tables.join('\n')}\n`, ipsets: ipsets(dice) };
}

function ipsets(dice: Dice): string {
  const some = <T>(items: readonly T[]): readonly T[] => items.filter(() => dice.chance(0.5));
  return [
    'create ips hash:ip',
    ...some([...PODS, ...FAR_PODS, ...OUTSIDE]).map((ip) => `add ips ${ip}`),
    'create nets hash:net',
    ...some(['10.180.0.0/24', '10.180.0.0/16', '203.0.113.0/24', '172.30.0.0/16']).map((net) => `add nets ${net}`),
    `add nets ${dice.pick(PODS)} nomatch`,
    'create ipports hash:ip,port',
    ...some([...PODS, ...VIPS]).map((ip) => `add ipports ${ip},${dice.pick(['tcp', 'udp'])}:${dice.pick(PORTS)}`),
    '',
  ].join('\n');
}

function tableText(table: Table, dice: Dice): string {
  const users = Array.from({ length: 3 }, (_, at) => `U${at}`);
  const hooks = HOOKS[table];
  const policy = (hook: string): string =>
    table === 'filter' && dice.chance(0.1) ? 'DROP' : hook === '' ? '-' : 'ACCEPT';
  const lines = [`*${table}`, ...hooks.map((hook) => `:${hook} ${policy(hook)} [0:0]`)];
  const kube = dice.chance(0.7) ? kubeRules(table, dice) : { chains: [], rules: [] };
  lines.push(...[...users, ...kube.chains].map((chain) => `:${chain} - [0:0]`));
  const rules: string[] = [];
  for (const hook of hooks) {
    const count = dice.below(table === 'filter' ? 5 : 3);
    for (let at = 0; at < count; at += 1) rules.push(`-A ${hook} ${rule(table, { dice, hook, jumps: users })}`);
  }
  // Chains jump only to later ones, so there is no loop; each keeps to matches that hold at every hook.
  for (const [at, chain] of users.entries()) {
    const count = 1 + dice.below(4);
    for (let each = 0; each < count; each += 1)
      rules.push(`-A ${chain} ${rule(table, { dice, hook: '', jumps: users.slice(at + 1) })}`);
  }
  const mixed = dice.chance(0.5) ? [...kube.rules, ...rules] : [...rules, ...kube.rules];
  return [...lines, ...mixed, 'COMMIT'].join('\n');
}

interface Writing {
  readonly dice: Dice;
  /** Empty in a user chain. */
  readonly hook: string;
  readonly jumps: readonly string[];
}

function rule(table: Table, writing: Writing): string {
  const { dice } = writing;
  const port = dice.chance(0.35) ? portMatch(dice) : undefined;
  const protocol = port?.protocol ?? (dice.chance(0.2) ? dice.pick(['tcp', 'udp', 'icmp']) : undefined);
  const parts = [
    ...(dice.chance(0.3) ? [`${not(dice)}-s ${address(dice)}`] : []),
    ...(dice.chance(0.3) ? [`${not(dice)}-d ${address(dice)}`] : []),
    ...linkMatches(writing),
    ...(protocol === undefined ? [] : [`-p ${protocol}`]),
    ...(port ? [port.text] : []),
    ...(dice.chance(0.55) ? [dice.pick(MATCHES)(writing)] : []),
    ...(dice.chance(0.15) ? [dice.pick(MATCHES)(writing)] : []),
  ];
  return [...parts.filter((part) => part !== ''), target(table, { ...writing, protocol })].join(' ');
}

const not = (dice: Dice): string => (dice.chance(0.2) ? '! ' : '');
const address = (dice: Dice): string =>
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

function linkMatches({ dice, hook }: Writing): readonly string[] {
  const incoming = ['PREROUTING', 'INPUT', 'FORWARD'].includes(hook);
  const outgoing = ['OUTPUT', 'POSTROUTING', 'FORWARD'].includes(hook);
  return [
    ...(incoming && dice.chance(0.2) ? [`${not(dice)}-i ${link(dice)}`] : []),
    ...(outgoing && dice.chance(0.2) ? [`${not(dice)}-o ${link(dice)}`] : []),
  ];
}

function portMatch(dice: Dice): { readonly protocol: string; readonly text: string } {
  const protocol = dice.pick(['tcp', 'tcp', 'udp']);
  const port = dice.pick(PORTS);
  const texts = [
    `-m ${protocol} ${not(dice)}--dport ${port}`,
    `-m ${protocol} --dport ${dice.pick(['1:100', '8000:9000', '30000:32767', ':443', '8080:'])}`,
    `-m ${protocol} --sport ${dice.pick(['20000:20040', '20050:', ':1024'])}`,
    `-m multiport ${not(dice)}--dports ${port},${dice.pick(PORTS)},1000:2000`,
  ];
  if (protocol === 'tcp') texts.push('-m tcp --tcp-flags FIN,SYN,RST,ACK SYN', '-m tcp ! --tcp-flags SYN,ACK SYN,ACK');
  return { protocol, text: dice.pick(texts) };
}

const mark = (dice: Dice): string => dice.pick(['0x1/0x1', '0x4000/0x4000', '0x2/0x6', '0x0/0x4000', '0x5']);
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
const MATCHES: readonly ((writing: Writing) => string)[] = [
  ({ dice }) => `-m mark ${not(dice)}--mark ${mark(dice)}`,
  ({ dice }) => `-m connmark ${not(dice)}--mark ${mark(dice)}`,
  ({ dice }) => `-m conntrack ${not(dice)}--ctstate ${states(dice)}`,
  ({ dice }) => `-m conntrack ${not(dice)}--ctstate ${states(dice)}`,
  ({ dice }) => `-m conntrack --ctorigdst ${address(dice)} --ctorigdstport ${dice.pick(PORTS)}`,
  ({ dice }) => `-m conntrack --ctdir ${dice.pick(['ORIGINAL', 'REPLY'])}`,
  ({ dice }) => `-m conntrack --ctproto ${dice.pick([6, 17])}`,
  ({ dice }) => `-m addrtype ${not(dice)}--dst-type ${dice.pick(['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST'])}`,
  ({ dice }) => `-m addrtype ${not(dice)}--src-type LOCAL`,
  ({ dice, hook }) =>
    ['PREROUTING', 'INPUT', 'FORWARD'].includes(hook)
      ? `-m addrtype --dst-type LOCAL --limit-iface-in`
      : `-m addrtype --src-type ${dice.pick(['LOCAL', 'UNICAST'])}`,
  ({ dice }) => `-m set ${not(dice)}--match-set ${dice.pick(['ips', 'nets'])} ${dice.pick(['src', 'dst'])}`,
  ({ dice }) => `-m set ${not(dice)}--match-set ipports ${dice.pick(['src,src', 'dst,dst', 'src,dst'])}`,
  ({ dice }) => `-m statistic --mode random --probability ${dice.pick(['0.5', '0.33333333349'])}`,
  ({ dice }) =>
    `-m iprange ${not(dice)}--${dice.pick(['src', 'dst'])}-range 10.180.0.${dice.pick([1, 12])}-10.180.0.${dice.pick([12, 13])}`,
  () => '-m comment --comment "a \\"quoted\\" word: here"',
  ({ dice, hook }) =>
    hook === 'PREROUTING'
      ? `-m rpfilter ${dice.pick(['', '--loose ', '--validmark '])}${dice.pick(['', '--invert'])}`
      : '',
];

interface Aiming extends Writing {
  readonly protocol: string | undefined;
}
function target(table: Table, aiming: Aiming): string {
  const { dice, jumps } = aiming;
  if (jumps.length > 0 && dice.chance(0.3)) return `-${dice.pick(['j', 'j', 'g'])} ${dice.pick(jumps)}`;
  if (dice.chance(0.15)) return dice.pick(['-j RETURN', '']);
  switch (table) {
    case 'raw':
      return dice.pick([
        '-j CT --notrack',
        '-j MARK --set-xmark 0x1/0x1',
        '-j ACCEPT',
        '-j DROP',
        '-j MARK --set-xmark 0x0/0x4000',
      ]);
    case 'mangle':
      return dice.pick([
        `-j MARK --set-xmark ${mark(dice)}`,
        `-j MARK --set-xmark ${mark(dice)}`,
        '-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff',
        '-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff',
        '-j CONNMARK --set-xmark 0x2/0x6',
        '-j ACCEPT',
        '-j DROP',
      ]);
    case 'filter':
      return filterTarget(aiming);
    default:
      return natTarget(aiming);
  }
}

function filterTarget({ dice, protocol }: Aiming): string {
  const kinds = [
    'icmp-port-unreachable',
    'icmp-net-unreachable',
    'icmp-host-unreachable',
    'icmp-proto-unreachable',
    'icmp-admin-prohibited',
    'icmp-host-prohibited',
    'icmp-net-prohibited',
  ];
  const reject = protocol === 'tcp' && dice.chance(0.4) ? 'tcp-reset' : dice.pick(kinds);
  return dice.pick(['-j ACCEPT', '-j ACCEPT', '-j DROP', `-j REJECT --reject-with ${reject}`, '-j ACCEPT']);
}

function natTarget({ dice, hook, protocol }: Aiming): string {
  const port = protocol === 'tcp' || protocol === 'udp' ? `:${dice.pick(PORTS)}` : '';
  if (hook === 'PREROUTING' || hook === 'OUTPUT') {
    return dice.pick([
      `-j DNAT --to-destination ${dice.pick([...PODS, ...FAR_PODS])}${port}`,
      `-j DNAT --to-destination ${dice.pick(PODS)}`,
      port === '' ? '-j REDIRECT' : `-j REDIRECT --to-ports ${port.slice(1)}`,
      '-j ACCEPT',
    ]);
  }
  if (hook === 'POSTROUTING')
    return dice.pick([
      '-j MASQUERADE',
      '-j SNAT --to-source 192.168.77.2',
      '-j SNAT --to-source 10.180.0.1',
      '-j ACCEPT',
    ]);
  if (hook === 'INPUT') return dice.pick(['-j SNAT --to-source 192.0.2.99', '-j ACCEPT']);
  return '-j ACCEPT';
}

/** Services as kube-proxy programs them: balanced, marked for masquerade, rejected without endpoints. */
function kubeRules(
  table: Table,
  dice: Dice,
): { readonly chains: readonly string[]; readonly rules: readonly string[] } {
  if (table === 'nat') return kubeNat(dice);
  if (table !== 'filter') return { chains: [], rules: [] };
  const rejected = `-A KUBE-SERVICES -d ${VIPS[2]}/32 -p tcp -m comment --comment "ns/c has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable`;
  return {
    chains: ['KUBE-FORWARD', 'KUBE-SERVICES'],
    rules: [
      '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
      '-A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES',
      '-A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES',
      '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
      '-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
      '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      rejected,
    ],
  };
}

function kubeNat(dice: Dice): { readonly chains: readonly string[]; readonly rules: readonly string[] } {
  const chains = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-MARK-MASQ', 'KUBE-POSTROUTING'];
  const rules = [
    '-A PREROUTING -j KUBE-SERVICES',
    '-A OUTPUT -j KUBE-SERVICES',
    '-A POSTROUTING -j KUBE-POSTROUTING',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    '-A KUBE-POSTROUTING -j MASQUERADE',
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
  ];
  for (const [at, vip] of VIPS.slice(0, 2).entries()) {
    const backends = [...PODS, ...FAR_PODS].filter(() => dice.chance(0.5)).slice(0, 3);
    if (backends.length === 0) continue;
    const name = `KUBE-SVC-${at}`;
    chains.push(name, ...backends.map((_, each) => `KUBE-SEP-${at}${each}`));
    rules.push(
      `-A KUBE-SERVICES -d ${vip}/32 -p tcp -m comment --comment "ns/s${at} cluster IP" -m tcp --dport 80 -j ${name}`,
      `-A KUBE-NODEPORTS -p tcp -m tcp --dport ${30_080 + at} -j ${name}`,
    );
    rules.push(`-A ${name} ! -s 10.180.0.0/16 -d ${vip}/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ`);
    for (const [each, backend] of backends.entries()) {
      const share = 1 / (backends.length - each);
      const balance = share < 1 ? `-m statistic --mode random --probability ${share.toFixed(11)} ` : '';
      rules.push(`-A ${name} ${balance}-j KUBE-SEP-${at}${each}`);
      rules.push(`-A KUBE-SEP-${at}${each} -s ${backend}/32 -j KUBE-MARK-MASQ`);
      rules.push(`-A KUBE-SEP-${at}${each} -p tcp -m tcp -j DNAT --to-destination ${backend}:8080`);
    }
  }
  rules.push('-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS');
  return { chains, rules };
}
