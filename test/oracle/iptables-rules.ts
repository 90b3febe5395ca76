// Random iptables rules: a skeleton as kube-proxy and a CNI would write it, and wild ones between.
import { kubeRules, NO_CHAINS } from './iptables-kube.js';
import { MATCHES, type Writing, address, linkMatches, mark, not, portMatch } from './iptables-matches.js';
import { iptablesProbes } from './probes.js';
import type { Dice } from './random.js';
import { FAR_PODS, OUTSIDE, PODS, PORTS, VIPS } from './situation.js';
import { undecidedRule } from './undecided.js';

type Table = 'raw' | 'mangle' | 'nat' | 'filter';
const HOOKS: Readonly<Record<Table, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};
export const TABLES: readonly Table[] = ['raw', 'mangle', 'nat', 'filter'];

/** How much of each kind: Services bring translation, wild rules bring everything else. */
export interface Mixture {
  readonly tables: readonly Table[];
  readonly kube: number;
  readonly wild: number;
  readonly undecided: boolean;
  /** Source ports are drawn at random: only packets that can be told by their number may be sent. */
  readonly fully: boolean;
}

export function iptablesRules(dice: Dice, mixture: Mixture): string {
  const undecided = mixture.undecided ? undecidedRule(dice, mixture.tables) : undefined;
  const texts = mixture.tables.map((table) =>
    tableText(table, { dice, mixture, first: undecided?.table === table ? [undecided.rule] : [] }),
  );
  return `${texts.join('\n')}\n`;
}

export function ipsets(dice: Dice): string {
  const some = <T>(items: readonly T[]): readonly T[] => items.filter(() => dice.chance(0.5));
  const port = (): string => `${dice.pick(['tcp', 'udp'])}:${dice.pick(PORTS)}`;
  return [
    'create ips hash:ip',
    ...some([...PODS, ...FAR_PODS, ...OUTSIDE]).map((ip) => `add ips ${ip}`),
    'create nets hash:net',
    ...some(['10.180.0.0/24', '10.180.0.0/16', '203.0.113.0/24', '172.30.0.0/16']).map((net) => `add nets ${net}`),
    `add nets ${dice.pick(PODS)} nomatch`,
    'create ipports hash:ip,port',
    ...some([...PODS, ...VIPS]).map((ip) => `add ipports ${ip},${port()}`),
    'create netports hash:net,port',
    ...some(['10.180.0.0/24', '172.30.0.0/16', '203.0.113.0/24']).map((net) => `add netports ${net},${port()}`),
    'create lists list:set size 8',
    'add lists ips',
    ...some(['add lists nets']),
    '',
  ].join('\n');
}

interface Filling {
  readonly dice: Dice;
  readonly mixture: Mixture;
  /** Rules ahead of all others. */
  readonly first: readonly string[];
}

function tableText(table: Table, { dice, mixture, first }: Filling): string {
  const users = Array.from({ length: 3 }, (_, at) => `U${at}`);
  const hooks = HOOKS[table];
  const policy = (): string => (table === 'filter' && dice.chance(0.1 * mixture.wild) ? 'DROP' : 'ACCEPT');
  const lines = [`*${table}`, ...hooks.map((hook) => `:${hook} ${policy()} [0:0]`)];
  const kube = dice.chance(mixture.kube) ? kubeRules(table, dice, mixture.fully) : NO_CHAINS;
  lines.push(...[...users, ...kube.chains].map((chain) => `:${chain} - [0:0]`));
  const isWild = dice.chance(mixture.wild);
  const rules: string[] = isWild ? [...iptablesProbes(table, dice)] : [];
  for (const hook of hooks) {
    const count = isWild ? dice.below(table === 'filter' ? 5 : 3) : 0;
    for (let at = 0; at < count; at += 1) rules.push(`-A ${hook} ${rule(table, { dice, hook, jumps: users })}`);
  }
  // Chains jump only to later ones, so there is no loop; each keeps to matches that hold at every hook.
  for (const [at, chain] of users.entries()) {
    const count = 1 + dice.below(4);
    for (let each = 0; each < count; each += 1)
      rules.push(`-A ${chain} ${rule(table, { dice, hook: '', jumps: users.slice(at + 1) })}`);
  }
  const mixed = dice.chance(0.4) ? [...kube.rules, ...rules] : [...rules, ...kube.rules];
  return [...lines, ...first, ...mixed, 'COMMIT'].join('\n');
}

function rule(table: Table, writing: Writing): string {
  const { dice } = writing;
  const port = dice.chance(0.35) ? portMatch(dice) : undefined;
  const icmp = !port && dice.chance(0.05);
  const protocol = port?.protocol ?? (icmp ? 'icmp' : dice.chance(0.2) ? dice.pick(['tcp', 'udp', 'icmp']) : undefined);
  const denied = !port && protocol !== undefined && protocol !== 'icmp' && dice.chance(0.2);
  const match = (): string =>
    table === 'nat' || table === 'filter'
      ? dice
          .pick(MATCHES)(writing)
          .replace(/^-m rpfilter.*/, '')
      : dice.pick(MATCHES)(writing);
  const parts = [
    ...(dice.chance(0.3) ? [`${not(dice)}-s ${address(dice)}`] : []),
    ...(dice.chance(0.3) ? [`${not(dice)}-d ${address(dice)}`] : []),
    ...linkMatches(writing),
    ...(protocol === undefined ? [] : [`${denied ? '! ' : ''}-p ${protocol}`]),
    ...(icmp ? [`-m icmp --icmp-type ${dice.pick(['3', '3/3', '11', 'any'])}`] : []),
    ...(port ? [port.text] : []),
    ...(dice.chance(0.55) ? [match()] : []),
    ...(dice.chance(0.15) ? [match()] : []),
  ];
  const aim = { ...writing, protocol: denied ? undefined : protocol };
  return [...parts.filter((part) => part !== ''), target(table, aim)].join(' ');
}

interface Aiming extends Writing {
  readonly protocol: string | undefined;
}
function target(table: Table, aiming: Aiming): string {
  const { dice, jumps } = aiming;
  if (jumps.length > 0 && dice.chance(0.3)) return `-${dice.pick(['j', 'j', 'g'])} ${dice.pick(jumps)}`;
  if (dice.chance(0.15))
    return dice.pick(['-j RETURN', '-j RETURN', '', '-j LOG --log-prefix "x: "', '-j NFLOG --nflog-group 5']);
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
        `-j ${dice.pick(['TOS --set-tos 0x10/0xff', 'DSCP --set-dscp 0x08'])}`,
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
      '-j NETMAP --to 10.180.0.12/30',
      '-j ACCEPT',
    ]);
  }
  if (hook === 'POSTROUTING')
    return dice.pick([
      '-j MASQUERADE',
      '-j SNAT --to-source 192.168.77.2',
      '-j SNAT --to-source 10.180.0.1',
      port === '' ? '-j MASQUERADE' : '-j SNAT --to-source 192.168.77.2:15000-30000',
      '-j ACCEPT',
    ]);
  if (hook === 'INPUT') return dice.pick(['-j SNAT --to-source 192.0.2.99', '-j ACCEPT']);
  return '-j ACCEPT';
}
