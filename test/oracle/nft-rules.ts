// Random native nft rules, among them services as kube-proxy's nftables mode writes them.
import { nftProbes } from './probes.js';
import type { Dice } from './random.js';
import { FAR_PODS, LINKS, OUTSIDE, PODS, PORTS, VIPS } from './situation.js';
import { undecidedChain } from './undecided.js';

export interface NftMixture {
  readonly kube: number;
  readonly wild: number;
  readonly undecided: boolean;
  readonly fully: boolean;
}
export function nftRules(dice: Dice, { kube, wild, undecided, fully }: NftMixture): string {
  const tables = [
    ...(dice.chance(kube) ? [kubeTable(dice, fully)] : []),
    ...(dice.chance(wild) ? [wildTable(dice)] : []),
    ...(undecided ? [`table ip open {\n${undecidedChain(dice)}\n}\n`] : []),
  ];
  return tables.join('\n');
}

function kubeTable(dice: Dice, fully: boolean): string {
  const services = VIPS.slice(0, 2).map((vip, at) => ({
    vip,
    name: `service-${at}`,
    backends: [...PODS, ...FAR_PODS].filter(() => dice.chance(0.5)),
  }));
  const live = services.filter(({ backends }) => backends.length > 0);
  const verdicts = live.map(({ vip, name }) => `${vip} . tcp . 80 : goto ${name}`).join(', ');
  const ports = live.map(({ name }, at) => `tcp . ${30_080 + at} : goto ext-${name}`).join(', ');
  return `table ip kube-proxy {
  set cluster-ips { type ipv4_addr
    elements = { ${VIPS.join(', ')} } }
  map service-ips { type ipv4_addr . inet_proto . inet_service : verdict
    ${verdicts === '' ? '' : `elements = { ${verdicts} }`} }
  map service-nodeports { type inet_proto . inet_service : verdict
    ${ports === '' ? '' : `elements = { ${ports} }`} }
  map no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict
    elements = { ${VIPS[2]} . tcp . 80 comment "ns/c" : goto reject-chain } }
  chain mark-for-masquerade { meta mark set meta mark or 0x4000
  }
  chain reject-chain { reject
  }
  chain masquerading {
    meta mark and 0x4000 == 0 return
    meta mark set meta mark xor 0x4000
    masquerade${fully ? ' fully-random' : ''}
  }
  chain services {
    ip daddr . meta l4proto . th dport vmap @service-ips
    fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @service-nodeports
  }
${live.map((service) => serviceChains(service, dice)).join('\n')}
  chain filter-forward { type filter hook forward priority 0
    ct state new ip daddr . meta l4proto . th dport vmap @no-endpoint-services
    ct state new jump cluster-ips-check
  }
  chain filter-output { type filter hook output priority 0
    ct state new ip daddr . meta l4proto . th dport vmap @no-endpoint-services
    ct state new jump cluster-ips-check
  }
  chain cluster-ips-check {
    ip daddr @cluster-ips reject
    ip daddr 172.30.0.0/16 drop
  }
  chain nat-prerouting { type nat hook prerouting priority -100
    jump services
  }
  chain nat-output { type nat hook output priority -100
    jump services
  }
  chain nat-postrouting { type nat hook postrouting priority 100
    jump masquerading
  }
}
`;
}

interface Service {
  readonly vip: string;
  readonly name: string;
  readonly backends: readonly string[];
}
function serviceChains({ vip, name, backends }: Service, dice: Dice): string {
  const external = `  chain ext-${name} {
    jump mark-for-masquerade
    goto ${name}
  }
`;
  const masquerade = `ip daddr ${vip} ip saddr != 10.180.0.0/16 jump mark-for-masquerade`;
  if (dice.chance(0.5)) {
    const map = backends.map((ip, at) => `${at} : ${ip} . 8080`).join(', ');
    return `${external}  chain ${name} {
    ${masquerade}
    meta l4proto tcp dnat ip addr . port to numgen random mod ${backends.length} map { ${map} }
  }`;
  }
  const chains = backends.map(
    (ip, at) => `  chain endpoint-${name}-${at} {
    ip saddr ${ip} jump mark-for-masquerade
    meta l4proto tcp dnat to ${ip}:8080
  }`,
  );
  const map = backends.map((_, at) => `${at} : goto endpoint-${name}-${at}`).join(', ');
  return `${external}${chains.join('\n')}
  chain ${name} {
    ${masquerade}
    numgen random mod ${backends.length} vmap { ${map} }
  }`;
}

const HOOKS = [
  ['filter', 'prerouting'],
  ['filter', 'input'],
  ['filter', 'forward'],
  ['filter', 'output'],
  ['filter', 'postrouting'],
  ['route', 'output'],
  ['nat', 'prerouting'],
  ['nat', 'postrouting'],
  ['nat', 'output'],
  ['nat', 'input'],
] as const;

function wildTable(dice: Dice): string {
  const users = ['u0', 'u1', 'u2'];
  const some = (items: readonly string[]): string => items.filter((_, at) => at === 0 || dice.chance(0.5)).join(', ');
  const rivals = dice.chance(0.1);
  const taken = new Set<string>();
  const chains = HOOKS.flatMap(([type, hook], at) => {
    const free = PRIORITIES.filter((priority) => rivals || !taken.has(`${hook} ${priority}`));
    const priority = type === 'nat' ? natPriority(hook, dice) : dice.pick(free);
    if (!dice.chance(0.55)) return [];
    taken.add(`${hook} ${priority}`);
    return [baseChain({ type, hook, name: `c${at}`, priority }, { dice, users })];
  });
  const user = users
    .map(
      (name, at) =>
        `  chain ${name} {\n${lines({ dice, type: 'filter', hook: '', jumps: users.slice(at + 1) }, 1 + dice.below(3))}\n  }`,
    )
    .toReversed();
  return `table ${dice.pick(['ip', 'inet'])} wild {
  set ips { type ipv4_addr
    elements = { ${some([...PODS, ...FAR_PODS, ...OUTSIDE])} } }
  set nets { type ipv4_addr
    flags interval
    elements = { ${some(['203.0.113.0/24', '10.180.0.0-10.180.0.12', '172.30.0.0/16'])} } }
  set pairs { type ipv4_addr . inet_service
    elements = { ${some(PODS.map((ip) => `${ip} . ${dice.pick(PORTS)}`))} } }
  map marks { type inet_service : mark
    elements = { 80 : 0x1, 443 : 0x4000, 8080 : 0x6 } }
${user.join('\n')}
${chains.join('\n')}
${nftProbes(dice)}}
`;
}

/** Two chains of one hook share one only on purpose: then nobody can tell which runs first. */
const PRIORITIES = [-300, -160, -50, 1, 10, 60] as const;
const natPriority = (hook: string, dice: Dice): number =>
  hook === 'postrouting' || hook === 'input' ? 101 + dice.below(9) : -90 + dice.below(9);

interface Base {
  readonly type: string;
  readonly hook: string;
  readonly name: string;
  readonly priority: number;
}
function baseChain(
  { type, hook, name, priority }: Base,
  { dice, users }: { readonly dice: Dice; readonly users: readonly string[] },
): string {
  const policy = type === 'filter' && dice.chance(0.08) ? 'drop' : 'accept';
  const body = lines({ dice, type, hook, jumps: users }, 1 + dice.below(3));
  return `  chain ${name} { type ${type} hook ${hook} priority ${priority}; policy ${policy};\n${body}\n  }`;
}

interface Writing {
  readonly dice: Dice;
  readonly type: string;
  readonly hook: string;
  readonly jumps: readonly string[];
}
const lines = (writing: Writing, count: number): string =>
  Array.from({ length: count }, () => `    ${line(writing)}`).join('\n');

const ip = (dice: Dice): string =>
  dice.pick([
    ...PODS,
    ...VIPS,
    ...FAR_PODS,
    ...OUTSIDE,
    '10.180.0.0/16',
    '192.168.77.0/24',
    '{ 10.180.0.11, 203.0.113.0/24 }',
    '@ips',
    '@nets',
  ]);
const MATCHES: readonly ((writing: Writing) => string)[] = [
  ({ dice }) => `ip ${dice.pick(['saddr', 'daddr'])} ${dice.pick(['', '!= '])}${ip(dice)}`,
  ({ dice }) => `ip ${dice.pick(['saddr', 'daddr'])} ${dice.pick(['', '!= '])}${ip(dice)}`,
  ({ dice }) =>
    `${dice.pick(['tcp', 'udp', 'th'])} dport ${dice.pick(['', '!= '])}${dice.pick(['80', '{ 53, 443 }', '1-1000', '30080'])}`,
  ({ dice }) => `meta l4proto ${dice.pick(['tcp', 'udp', '{ tcp, udp }', 'icmp'])}`,
  ({ dice }) =>
    `ct state ${dice.pick(['new', 'established,related', 'invalid', '{ new, untracked }', '!= new', 'vmap { established : accept, invalid : drop }'])}`,
  ({ dice }) => `ct status ${dice.pick(['dnat', 'snat', 'seen-reply', 'confirmed', 'confirmed,dnat', 'assured'])}`,
  ({ dice }) =>
    `ip ${dice.pick(['saddr', 'daddr'])} . meta l4proto { 10.180.0.11 . tcp, 10.180.0.12 . udp, 172.30.0.10 . tcp }`,
  ({ dice }) => `ip protocol ${dice.pick(['tcp', 'udp', 'icmp'])}`,
  ({ dice }) => `ip daddr & 255.255.0.0 == ${dice.pick(['10.180.0.0', '172.30.0.0'])}`,
  ({ dice }) => `fib saddr type ${dice.pick(['local', '!= local', 'unicast'])}`,
  ({ dice }) => `jhash ip saddr mod ${dice.pick([2, 3])} ${dice.pick([0, 1])}`,
  ({ dice }) => `icmp type ${dice.pick(['destination-unreachable', 'time-exceeded'])}`,
  ({ dice }) => `ct reply ip saddr ${dice.pick([...PODS, ...FAR_PODS])}`,
  ({ dice }) =>
    `tcp dport vmap { 80 : ${dice.pick(['accept', 'return', 'continue'])}, 443 : drop, 30000-32767 : accept }`,
  ({ dice }) => `ct direction ${dice.pick(['original', 'reply'])}`,
  ({ dice }) => `ct mark ${dice.pick(['0x1', '!= 0x0', 'and 0x2 == 0x2'])}`,
  ({ dice }) => `meta mark ${dice.pick(['0x1', '!= 0x0', 'and 0x4000 == 0x4000', 'and 0x4000 != 0x4000', '0x1-0x10'])}`,
  ({ dice }) => `fib daddr type ${dice.pick(['local', '!= local', 'unicast', '{ local, broadcast }'])}`,
  ({ dice }) => `ip daddr . th dport @pairs`.replace('daddr', dice.pick(['daddr', 'saddr'])),
  ({ dice }) => `th sport ${dice.pick(['20000-20040', '!= 8080', '{ 80, 8080 }'])}`,
  () => 'tcp flags & (syn | ack) == syn',
  () => 'tcp flags syn',
  ({ dice }) => `ct original ip daddr ${dice.pick(VIPS)}`,
  ({ dice }) => `meta l4proto tcp ct original proto-dst ${dice.pick(PORTS)}`,
  ({ dice }) => `numgen random mod ${dice.pick([2, 4])} 0`,
  ({ dice, hook }) =>
    ['prerouting', 'input', 'forward'].includes(hook)
      ? `iifname ${dice.pick([...LINKS.map((name) => `"${name}"`), '"p*"', '!= "w0"', '{ "p0", "w0" }'])}`
      : '',
  ({ dice, hook }) =>
    ['postrouting', 'output', 'forward'].includes(hook)
      ? `oifname ${dice.pick([...LINKS.map((name) => `"${name}"`), '"p*"', '!= "w0"'])}`
      : '',
  ({ hook }) => (hook === 'prerouting' ? 'fib saddr . iif oif missing' : ''),
];

/** nft refuses a line that asks for two protocols. */
function line(writing: Writing): string {
  for (let tries = 0; tries < 20; tries += 1) {
    const made = anyLine(writing);
    const protocols = new Set([...made.matchAll(PROTOCOL)].map(([, one, , other]) => one ?? other));
    if (protocols.size < 2 && !FORGOTTEN.test(made)) return made;
  }
  return 'counter';
}
const PROTOCOL = /\b(tcp|udp|icmp) (dport|flags|type|vmap)|(?:l4proto|protocol) (\{ tcp, udp \}|tcp|udp|icmp)/g;
/** nft 1.0.6 prints such a line without its protocol: what it lists is not what the kernel holds. */
const FORGOTTEN = /icmp\b.* th (?:sport|dport) |^th (?:sport|dport) .*\bicmp\b/;

function anyLine(writing: Writing): string {
  const { dice } = writing;
  const matches = [dice.pick(MATCHES)(writing), dice.chance(0.4) ? dice.pick(MATCHES)(writing) : ''];
  if (matches.some((match) => match.includes('vmap'))) return matches.find((match) => match.includes('vmap')) ?? '';
  return [...matches.filter((match) => match !== ''), dice.chance(0.3) ? 'counter' : '', statement(writing)]
    .filter((part) => part !== '')
    .join(' ');
}

function statement({ dice, type, hook, jumps }: Writing): string {
  if (jumps.length > 0 && dice.chance(0.25)) return `${dice.pick(['jump', 'goto'])} ${dice.pick(jumps)}`;
  const marks = [
    'meta mark set 0x1',
    'meta mark set meta mark or 0x4000',
    'ct mark set meta mark',
    'meta mark set ct mark',
    'meta mark set th dport map @marks',
    'meta mark set meta mark and 0xfffffffe',
    'meta mark set numgen random mod 2 map { 0 : 0x1, 1 : 0x4000 }',
    'ct mark set 0x1',
    'log prefix "x: "',
    ...(hook === 'prerouting' || hook === 'output' ? ['notrack'] : []),
  ];
  if (type === 'nat') return natStatement(dice, hook);
  const verdicts = ['accept', 'accept', 'drop', 'return', 'continue'];
  const rejects =
    ['', 'input', 'forward', 'output'].includes(hook) && hook !== ''
      ? [
          'reject',
          'reject with icmp host-unreachable',
          'meta l4proto tcp reject with tcp reset',
          'reject with icmp admin-prohibited',
          'reject with icmp net-unreachable',
          'reject with icmp prot-unreachable',
          'reject with icmp net-prohibited',
          'reject with icmp host-prohibited',
        ]
      : [];
  return dice.pick([...marks, ...verdicts, ...rejects]);
}

function natStatement(dice: Dice, hook: string): string {
  if (hook === 'postrouting') return dice.pick(['masquerade', 'snat ip to 192.168.77.2', 'return', 'accept']);
  if (hook === 'input') return dice.pick(['snat ip to 192.0.2.99', 'return']);
  return dice.pick([
    `dnat ip to ${dice.pick(PODS)}`,
    `meta l4proto tcp dnat ip to ${dice.pick(PODS)}:8080`,
    'meta l4proto tcp redirect to :8080',
    'return',
    'accept',
  ]);
}
