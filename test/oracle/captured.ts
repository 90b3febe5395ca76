// A captured node as a situation: its rules as they were printed, devices of the same names, its addresses and routes,
// and packets to every Service, node port and pod that its rules name.
import { addressesAsk, readAddresses } from '../../src/facts/asks/addresses.js';
import { ipsetsAsk, iptablesAsk, nftAsk } from '../../src/facts/asks/netfilter.js';
import { readRoutes, routesAsk } from '../../src/facts/asks/routes.js';
import { readSysctlsAnswer, sysctlsAsk } from '../../src/facts/asks/sysctls.js';
import { type Unreadable, isUnreadable } from '../../src/facts/fact.js';
import { inCidr, ipNumber, parseCidr } from '../../src/facts/ip.js';
import type { Address, Route } from '../../src/facts/network.js';
import type { Answered } from '../../src/facts/read/answered.js';
import type { Capture } from './captures.js';
import { recalling } from './record.js';
import { FIRST_PORT, type Load, type Sent, type Situation } from './situation.js';
import { type Target, targetsOf } from './targets.js';

export interface Node {
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  readonly devices: readonly string[];
}

function read<T>(answer: Answered | undefined, reader: (answer: Answered) => T | Unreadable): T {
  const value = answer ? reader(answer) : undefined;
  if (value === undefined || isUnreadable(value)) throw new Error('a capture cannot be read');
  return value;
}

export function situationsOf({ answers }: Capture): readonly Situation[] {
  const ask = recalling(answers);
  const text = (id: string): string => answers[id]?.text ?? '';
  const addresses = read(ask(addressesAsk), readAddresses).filter(({ family, link }) => family === 4 && link !== 'lo');
  const routes = read(ask(routesAsk), readRoutes).filter(({ table }) => table === 'main');
  const devices = [...new Set([...addresses.map(({ link }) => link), ...routes.flatMap(({ dev }) => dev ?? [])])];
  const node = { addresses, routes, devices };
  const [iptables, nft] = [text(iptablesAsk.id), text(nftAsk.id)];
  const made: Omit<Situation, 'packets'> = {
    family: 'captured',
    undecided: false,
    tuns: devices,
    ip: linesOf(node),
    sysctls: [...QUIET, ...settings(read(ask(sysctlsAsk), readSysctlsAnswer), devices)],
    ipsets: text(ipsetsAsk.id),
    loads: [...iptablesLoads(iptables), ...nft.split('\n').flatMap(nftLoad)],
    listen: [80],
  };
  return sending(made, packetsTo(targetsOf(iptables, nft), node));
}

export const QUIET = ['icmp_ratelimit=0', 'icmp_msgs_per_sec=100000', 'icmp_msgs_burst=100000'].map(
  (each) => `net.ipv4.${each}`,
);
/** What the walk reads of a node; the rest of it tunes what no packet of ours meets. */
const READ = /^net\.ipv4\.(?:ip_forward|conf\.(.+)\.(?:rp_filter|route_localnet|accept_local|forwarding))$/;

const settings = (sysctls: Readonly<Record<string, string>>, devices: readonly string[]): readonly string[] =>
  Object.entries(sysctls).flatMap(([name, value]) => {
    const found = READ.exec(name);
    const link = found?.[1];
    const isHere = link === undefined || link === 'all' || link === 'default' || devices.includes(link);
    return found && isHere
      ? [`${link === undefined ? name : name.replace(link, link.replaceAll('.', '/'))}=${value}`]
      : [];
  });

/** Those that others lead through come first. */
export function linesOf({ addresses, routes, devices }: Node): readonly string[] {
  return [
    'link set lo up',
    ...devices.map((name) => `link set ${name} up`),
    ...addresses.map(({ ip, prefix, link }) => `addr add ${ip}/${prefix} dev ${link}`),
    ...routes
      .toSorted((left, right) => Number(left.via !== undefined) - Number(right.via !== undefined))
      .map(routeLine),
  ];
}

function routeLine({ type, dst, via, dev, src, onlink, metric }: Route): string {
  const words = [
    'route replace',
    ...(type === 'unicast' ? [] : [type]),
    dst,
    ...(via === undefined ? [] : ['via', via]),
    ...(dev === undefined ? [] : ['dev', dev]),
    ...(src === undefined ? [] : ['src', src]),
    ...(metric === 0 ? [] : ['metric', metric]),
    ...(onlink ? ['onlink'] : []),
  ];
  return words.join(' ');
}

/** One text holds what either backend printed, each under its name. */
function iptablesLoads(text: string): readonly Load[] {
  return text
    .split(/^#backend /m)
    .slice(1)
    .flatMap((part): readonly Load[] => {
      const rules = part.slice(part.indexOf('\n') + 1);
      const backend = part.startsWith('legacy') ? 'legacy' : 'nft';
      return /^\*/m.test(rules) ? [{ loader: `iptables-${backend}-restore`, text: rules }] : [];
    });
}

interface Listed {
  readonly nftables: readonly Readonly<Record<string, unknown>>[];
}
/** nft prints maps ahead of the chains that their verdicts lead to, and in that order takes them back from no JSON. */
const ORDER = ['metainfo', 'table', 'chain'];

function nftLoad(line: string): readonly Load[] {
  if (line.trim() === '') return [];
  // At the JSON door: nft's own document.
  const { nftables } = JSON.parse(line) as Listed;
  const rank = (item: Listed['nftables'][number]): number => {
    const at = ORDER.indexOf(Object.keys(item)[0] ?? '');
    return at < 0 ? ORDER.length : at;
  };
  const sorted = nftables.toSorted((left, right) => rank(left) - rank(right));
  return [{ loader: 'nft -j', text: JSON.stringify({ nftables: sorted }) }];
}

interface From {
  readonly dev?: string;
  readonly src?: string;
}

/** What the node sends has numbers that the kernel draws, and one may be that of a packet which is told by it. */
export const sending = (made: Omit<Situation, 'packets'>, packets: readonly Sent[]): readonly Situation[] =>
  [true, false].map((isOwn) => ({ ...made, packets: packets.filter(({ dev }) => (dev === undefined) === isOwn) }));

/** Packets are told by their number: kube-proxy masquerades with ports drawn at random. */
export function packetsTo(targets: readonly Target[], node: Node): readonly Sent[] {
  const [own] = node.addresses.filter(({ link }) => link === 'eth0');
  const reached = targets.map(({ dst, ...rest }) => ({ dst: dst ?? own?.ip ?? '', ...rest }));
  const from = sources(reached, node);
  return reached
    .flatMap((to) => from.map((one) => ({ ...to, ...one })))
    .map((each, at): Sent => ({ ...each, id: at + 1, sport: FIRST_PORT + at, byNumber: true }));
}

/** A process of the node, one of its pods, one of another node's, another node, and somebody beyond. */
function sources(targets: readonly { readonly dst: string }[], { addresses, routes }: Node): readonly From[] {
  const way = (ip: string): Route | undefined =>
    routes.find(({ dst, type }) => type === 'unicast' && dst !== '0.0.0.0/0' && holds(dst, ip));
  const pods = [...new Set(targets.map(({ dst }) => dst))].flatMap((src) => {
    const { dev, via } = way(src) ?? {};
    return dev === undefined || addresses.some(({ ip }) => ip === src) ? [] : [{ src, dev, via }];
  });
  const near = pods.filter(({ via, dev }) => via === undefined && dev !== 'eth0').slice(0, 2);
  const far = pods.filter(({ via }) => via !== undefined).slice(0, 1);
  const others = ['192.168.108.99', '203.0.113.7'].map((src) => ({ src, dev: 'eth0' }));
  return [{}, ...[...near, ...far].map(({ src, dev }) => ({ src, dev })), ...others];
}

function holds(cidr: string, ip: string): boolean {
  const parsed = parseCidr(cidr);
  const number = ipNumber(ip);
  return parsed !== undefined && number !== undefined && inCidr(number, parsed);
}
