// A random but Kubernetes-shaped node: pods and a wire on TUN devices, routes, rules, sysctls, a ruleset, and packets.
import type { Dice } from './random.js';
import { EXTERNAL_IP, HOST_PORT } from './iptables-kube.js';
import { type Mixture, TABLES, ipsets, iptablesRules } from './iptables-rules.js';
import { nftRules } from './nft-rules.js';

export type Family = 'routes' | 'iptables-nft' | 'iptables-legacy' | 'iptables-both' | 'nft' | 'nat' | 'captured';

/** What makes rules of a text. */
export type Loader = 'nft' | 'nft -j' | 'iptables-nft-restore' | 'iptables-legacy-restore';
export interface Load {
  readonly loader: Loader;
  readonly text: string;
}

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
  /** Rules draw its source port at random: its IP id tells it, and of what the node sends only what the socket was told. */
  readonly byNumber?: true;
}

export interface Situation {
  readonly family: Family;
  readonly tuns: readonly string[];
  /** Lines for `ip -batch`. */
  readonly ip: readonly string[];
  readonly sysctls: readonly string[];
  readonly loads: readonly Load[];
  readonly ipsets: string;
  readonly listen: readonly number[];
  readonly packets: readonly Sent[];
  /** One of the rules cannot be decided from what a dump tells. */
  readonly undecided: boolean;
}

export const NODE = '192.168.77.2';
export const GATEWAY = '192.168.77.1';
export const PODS = ['10.180.0.11', '10.180.0.12', '10.180.0.13'] as const;
export const FAR_PODS = ['10.180.1.21', '10.180.2.22'] as const;
export const VIPS = ['172.30.0.10', '172.30.0.20', '172.30.0.30'] as const;
export const OUTSIDE = ['203.0.113.7', '198.51.100.9'] as const;
export const PORTS = [53, 80, 443, 8080, 30_080, 30_081] as const;
/** Each packet has a source port of its own, so that whatever comes out can be told. */
export const FIRST_PORT = 20_000;
/** Ports that packets are sent from. */
export const isSender = (port = 0): boolean => port >= FIRST_PORT && port < FIRST_PORT + 1000;
export const LINKS = ['w0', 'p0', 'p1', 'p2'] as const;

/** One situation in so many holds a rule that cannot be decided; those without rules cannot hold one. */
const OPEN_EVERY = 13;
export const isOpen = (seed: number, at: number): boolean => (seed + at) % OPEN_EVERY === 0;

export interface Size {
  readonly packets: number;
  /** With a rule that cannot be decided. */
  readonly open: boolean;
}
export function situation(dice: Dice, family: Family, { packets, open }: Size): Situation {
  const undecided = family !== 'routes' && open;
  const fully = family === 'nat' && dice.chance(0.4);
  const only = family === 'routes';
  return {
    family,
    undecided,
    tuns: LINKS,
    ip: [...links(), ...routes(dice, only)],
    sysctls: sysctls(dice),
    ipsets: family === 'routes' || family === 'nft' ? '' : ipsets(dice),
    loads: loadsOf(family, dice, { undecided, fully }),
    listen: [80, 8080, 30_081],
    packets: Array.from({ length: packets }, (_, at) =>
      packet(dice, { at, toServices: family === 'nat', fromNode: !fully }),
    ),
  };
}

interface Kind {
  readonly undecided: boolean;
  readonly fully: boolean;
}

function loadsOf(family: Family, dice: Dice, kind: Kind): readonly Load[] {
  const iptables = (backend: 'nft' | 'legacy', mixture: Partial<Mixture> = {}): Load => ({
    loader: `iptables-${backend}-restore`,
    text: iptablesRules(dice, { tables: TABLES, kube: 0.7, wild: 1, ...kind, ...mixture }),
  });
  switch (family) {
    case 'routes':
      return [];
    case 'iptables-nft':
      return [iptables('nft')];
    case 'iptables-legacy':
      return [iptables('legacy')];
    case 'iptables-both':
      // Both filter: which comes first does not matter as long as neither changes what the other looks at.
      return [
        iptables('nft', { tables: ['raw', 'nat', 'filter'] }),
        iptables('legacy', { tables: ['filter'], kube: 0.2, undecided: false }),
      ];
    case 'nft':
      return [{ loader: 'nft', text: nftRules(dice, { kube: 0.8, wild: 1, ...kind }) }];
    default:
      if (dice.chance(0.3)) return [{ loader: 'nft', text: nftRules(dice, { kube: 1, wild: 0.1, ...kind }) }];
      return [iptables(dice.pick(['nft', 'legacy']), { tables: ['mangle', 'nat', 'filter'], kube: 1, wild: 0.25 })];
  }
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

interface Sending {
  readonly at: number;
  readonly toServices: boolean;
  readonly fromNode: boolean;
}
function packet(dice: Dice, { at, toServices, fromNode }: Sending): Sent {
  const protocol = dice.chance(0.75) ? 'tcp' : 'udp';
  const others = [...PODS, ...PODS, ...FAR_PODS, ...OUTSIDE, NODE, NODE, GATEWAY, '127.0.0.1'];
  const isService = dice.chance(toServices ? 0.85 : 0.25);
  const [dst, dport] = isService ? servicePort(dice) : [dice.pick([...others, ...VIPS]), dice.pick(PORTS)];
  const numbered = fromNode ? {} : ({ byNumber: true } as const);
  const base = { id: at + 1, protocol, dst, sport: FIRST_PORT + at, dport, ...numbered } as const;
  if (fromNode && dice.chance(0.2)) return dice.chance(0.2) ? { ...base, mark: dice.pick([1, 0x4000, 6]) } : base;
  const pod = dice.below(PODS.length);
  if (dice.chance(0.7)) {
    const spoofed = dice.chance(0.08) ? dice.pick([...PODS, NODE, ...OUTSIDE, '127.0.0.1']) : (PODS[pod] ?? NODE);
    return { ...base, dev: `p${pod}`, src: spoofed };
  }
  return { ...base, dev: 'w0', src: dice.pick([...OUTSIDE, ...FAR_PODS, '192.168.77.3']) };
}

const servicePort = (dice: Dice): readonly [string, number] =>
  dice.pick<readonly [string, number]>([
    [VIPS[0], 80],
    [VIPS[0], 80],
    [VIPS[1], 80],
    [VIPS[1], 80],
    [VIPS[2], 80],
    [EXTERNAL_IP, 80],
    [NODE, 30_080],
    [NODE, 30_081],
    [NODE, HOST_PORT],
    ['127.0.0.1', 30_080],
  ]);
