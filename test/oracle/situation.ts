// A random but Kubernetes-shaped node: pods and a wire on TUN devices, routes, rules, sysctls, a ruleset, and packets.
import type { Dice } from './random.js';
import { iptablesRules } from './iptables-rules.js';
import { nftRules } from './nft-rules.js';

export type Family = 'routes' | 'iptables-nft' | 'iptables-legacy' | 'nft';

export interface Sent {
  readonly id: number;
  /** TUN device it comes in by; absent: sent by a process of the node. */
  readonly dev?: string;
  readonly protocol: 'tcp' | 'udp';
  readonly src?: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
  readonly mark?: number;
}

export interface Situation {
  readonly family: Family;
  readonly tuns: readonly string[];
  /** Lines for `ip -batch`. */
  readonly ip: readonly string[];
  readonly sysctls: readonly string[];
  /** Input of iptables-restore, or of `nft -f`. */
  readonly rules: string;
  readonly ipsets: string;
  readonly listen: readonly number[];
  readonly packets: readonly Sent[];
}

export const NODE = '192.168.77.2';
export const GATEWAY = '192.168.77.1';
export const PODS = ['10.180.0.11', '10.180.0.12', '10.180.0.13'] as const;
export const FAR_PODS = ['10.180.1.21', '10.180.2.22'] as const;
export const VIPS = ['172.30.0.10', '172.30.0.20', '172.30.0.30'] as const;
export const OUTSIDE = ['203.0.113.7', '198.51.100.9'] as const;
export const PORTS = [53, 80, 443, 8080, 30_080, 30_081] as const;
export const LINKS = ['w0', 'p0', 'p1', 'p2'] as const;

export function situation(dice: Dice, packets: number, families: readonly Family[]): Situation {
  const family = dice.pick(families);
  const rules = rulesOf(family, dice);
  return {
    family,
    tuns: LINKS,
    ip: [...links(), ...routes(dice, family === 'routes')],
    sysctls: sysctls(dice),
    rules: rules.text,
    ipsets: rules.ipsets,
    listen: [80, 8080, 30_081],
    packets: Array.from({ length: packets }, (_, at) => packet(dice, at)),
  };
}

function rulesOf(family: Family, dice: Dice): { readonly text: string; readonly ipsets: string } {
  if (family === 'routes') return { text: '', ipsets: '' };
  return family === 'nft' ? { text: nftRules(dice), ipsets: '' } : iptablesRules(dice);
}

function links(): readonly string[] {
  return [
    'link set lo up',
    ...LINKS.map((name) => `link set ${name} up`),
    `addr add ${NODE}/24 dev w0`,
    ...PODS.map((ip, at) => `route add ${ip}/32 dev p${at} scope link`),
    'addr add 10.180.0.1/32 dev p0',
    `route add default via ${GATEWAY} dev w0`,
    'route add blackhole 10.180.0.0/24',
  ];
}

function routes(dice: Dice, only: boolean): readonly string[] {
  const lines: string[] = [];
  for (const ip of FAR_PODS) {
    const peer = `192.168.77.${dice.pick([3, 4])}`;
    if (dice.chance(0.8)) lines.push(`route add ${ip.replace(/\d+$/, '0')}/24 via ${peer} dev w0`);
  }
  const count = only ? 6 : dice.below(3);
  for (let at = 0; at < count; at += 1) lines.push(dice.pick(ROUTES)(dice));
  return [...new Set(lines)];
}

const anyAddress = (dice: Dice): string => dice.pick([...PODS, ...FAR_PODS, ...OUTSIDE, ...VIPS]);
const ROUTES: readonly ((dice: Dice) => string)[] = [
  (dice) =>
    `route add ${dice.pick(['blackhole', 'unreachable', 'prohibit'])} ${anyAddress(dice)}/${dice.pick([32, 31])} metric ${dice.below(9)}`,
  (dice) => `route add ${anyAddress(dice)}/32 dev ${dice.pick(LINKS)} metric ${dice.below(9)}`,
  (dice) =>
    `route add ${dice.pick(OUTSIDE).replace(/\d+$/, '0')}/24 nexthop dev p1 weight ${1 + dice.below(3)} nexthop via ${GATEWAY} dev w0 weight 1`,
  (dice) => `route add local ${anyAddress(dice)}/32 dev lo`,
  (dice) => `route add table 100 ${dice.pick(['default', '203.0.113.0/24', '10.180.0.0/16'])} dev ${dice.pick(LINKS)}`,
  (dice) =>
    `route add table 100 ${dice.pick(['throw', 'blackhole', 'unreachable', 'prohibit'])} ${anyAddress(dice)}/32`,
  (dice) => `rule add priority ${100 + dice.below(50)} from ${anyAddress(dice)} lookup ${dice.pick(['100', 'main'])}`,
  (dice) => `rule add priority ${150 + dice.below(50)} to ${anyAddress(dice)}/${dice.pick([24, 32])} lookup 100`,
  (dice) =>
    `rule add priority ${200 + dice.below(50)} fwmark ${dice.pick(['0x1', '0x4000/0x4000', '0x2/0x6'])} lookup 100`,
  (dice) => `rule add priority ${250 + dice.below(50)} iif ${dice.pick(LINKS)} lookup 100`,
  (dice) =>
    `rule add priority ${300 + dice.below(50)} not from ${dice.pick(['10.180.0.0/16', '192.168.77.0/24'])} lookup 100`,
  (dice) =>
    `rule add priority ${350 + dice.below(50)} from ${anyAddress(dice)} ${dice.pick(['blackhole', 'unreachable', 'prohibit'])}`,
];

function sysctls(dice: Dice): readonly string[] {
  const quiet = [
    'net.ipv4.icmp_ratelimit=0',
    'net.ipv4.icmp_msgs_per_sec=100000',
    'net.ipv4.icmp_msgs_burst=100000',
    'net.ipv4.conf.all.send_redirects=0',
    'net.ipv4.conf.default.send_redirects=0',
    `net.ipv4.ip_forward=${dice.chance(0.95) ? 1 : 0}`,
  ];
  const filters = ['all', ...LINKS].map(
    (link) => `net.ipv4.conf.${link}.rp_filter=${dice.chance(0.75) ? 0 : dice.pick([1, 2])}`,
  );
  const local = LINKS.map((link) => `net.ipv4.conf.${link}.route_localnet=${dice.chance(0.1) ? 1 : 0}`);
  const lone = LINKS.map((link) => `net.ipv4.conf.${link}.accept_local=${dice.chance(0.1) ? 1 : 0}`);
  return [...quiet, ...filters, ...local, ...lone, ...LINKS.map((link) => `net.ipv4.conf.${link}.send_redirects=0`)];
}

function packet(dice: Dice, at: number): Sent {
  const protocol = dice.chance(0.75) ? 'tcp' : 'udp';
  const dst = dice.pick([
    ...PODS,
    ...PODS,
    ...FAR_PODS,
    ...VIPS,
    ...VIPS,
    ...VIPS,
    ...VIPS,
    ...OUTSIDE,
    NODE,
    NODE,
    GATEWAY,
    '127.0.0.1',
  ]);
  const base = { id: at + 1, protocol, dst, sport: 20_000 + at, dport: dice.pick(PORTS) } as const;
  if (dice.chance(0.2)) return dice.chance(0.2) ? { ...base, mark: dice.pick([1, 0x4000, 6]) } : base;
  const pod = dice.below(PODS.length);
  if (dice.chance(0.7)) {
    const spoofed = dice.chance(0.08) ? dice.pick([...PODS, NODE, ...OUTSIDE, '127.0.0.1']) : (PODS[pod] ?? NODE);
    return { ...base, dev: `p${pod}`, src: spoofed };
  }
  return { ...base, dev: 'w0', src: dice.pick([...OUTSIDE, ...FAR_PODS, '192.168.77.3']) };
}
