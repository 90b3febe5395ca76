// Rules out of public repositories, on a node that is made up around them: a device for each that they name, pods
// behind those and behind another node, and every set that they ask for with some of the pods in it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Route } from '../../src/facts/network.js';
import { type Node, QUIET, linesOf, packetsTo, sending } from './captured.js';
import type { Dice } from './random.js';
import type { Loader, Situation } from './situation.js';
import { type Target, targetsOf } from './targets.js';

export const PUBLIC: readonly { readonly name: string; readonly loader: Loader }[] = [
  { name: 'calico-felix-2019.iptables-save', loader: 'iptables-legacy-restore' },
  { name: 'calico-felix-2025.iptables-save', loader: 'iptables-nft-restore' },
  { name: 'calico-felix-2025.nft', loader: 'nft' },
  { name: 'azure-npm-2021.iptables-save', loader: 'iptables-nft-restore' },
  { name: 'azure-npm-2022.iptables-save', loader: 'iptables-legacy-restore' },
];

const OWN = '192.168.108.2';
const PEER = '192.168.108.3';
const PODS = ['10.224.0.68', '10.224.0.42', '192.168.0.5', '192.168.0.6'];
const PORTS = [
  { protocol: 'tcp', dport: 80 },
  { protocol: 'tcp', dport: 5978 },
  { protocol: 'udp', dport: 53 },
] as const;

export function publicSituations({ name, loader }: (typeof PUBLIC)[number], dice: Dice): readonly Situation[] {
  const text = readFileSync(fileURLToPath(new URL(`public/${name}`, import.meta.url)), 'utf8');
  const targets = [...targetsOf(text, ''), ...PODS.flatMap((dst) => PORTS.map((port) => ({ dst, ...port })))];
  const node = nodeFor(targets, devicesIn(text));
  const made: Omit<Situation, 'packets'> = {
    family: 'captured',
    undecided: false,
    tuns: node.devices,
    ip: linesOf(node),
    sysctls: [...QUIET, 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0'],
    ipsets: setsIn(text, targets, dice),
    loads: [{ loader, text }],
    listen: [80],
  };
  return sending(made, packetsTo(targets, node));
}

/** A prefix stands for all devices that begin so: one is enough. */
const devicesIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/(?: -[io] |[io]ifname ")([a-z]+\d*)/g)].map(([, name = '']) => name)),
];

/** Each pod behind one of the devices, or behind another node. */
function nodeFor(targets: readonly Target[], named: readonly string[]): Node {
  const devices = ['eth0', 'pod0', ...named.filter((name) => name !== 'lo' && name !== 'eth0')];
  const pods = [...new Set(targets.flatMap(({ dst }) => dst ?? []))];
  const routes = pods.map((ip, at): Route => {
    const dev = devices[at % devices.length] ?? 'eth0';
    return { ...ROUTE, dst: `${ip}/32`, dev, ...(dev === 'eth0' ? { via: PEER } : {}) };
  });
  const address = { link: 'eth0', family: 4, ip: OWN, prefix: 24, scope: 'global' } as const;
  const beyond = { ...ROUTE, dst: '0.0.0.0/0', via: '192.168.108.1', dev: 'eth0' };
  return { addresses: [address], routes: [...routes, beyond], devices };
}
const ROUTE = { table: 'main', type: 'unicast', metric: 0, onlink: false, dead: false, text: '' } as const;

/** What a set held is in no dump of rules; how many things it compares at once is. */
function setsIn(text: string, targets: readonly Target[], dice: Dice): string {
  const asked = new Map([...text.matchAll(/--match-set (\S+) (\S+)/g)].map(([, name = '', ends = '']) => [name, ends]));
  return [...asked]
    .flatMap(([name, ends]) => {
      const isPair = ends.includes(',');
      const members = targets
        .filter(() => dice.chance(0.4))
        .flatMap(({ dst, protocol, dport }) =>
          dst === undefined ? [] : [isPair ? `${dst},${protocol}:${dport}` : dst],
        );
      return [
        `create ${name} ${isPair ? 'hash:ip,port' : 'hash:net'} family inet`,
        ...[...new Set(members)].map((member) => `add ${name} ${member}`),
      ];
    })
    .join('\n');
}
