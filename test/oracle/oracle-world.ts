// The situation as our own readers see it: one node, and at each of its devices a far end that takes and answers all.
import { addressesAsk, readAddresses } from '../../src/facts/asks/addresses.js';
import { bridgePortsAsk, fdbAsk, readBridgePorts, readFdb } from '../../src/facts/asks/bridge.js';
import { linksAsk, readLinks } from '../../src/facts/asks/links.js';
import { ipsetsAsk, iptablesAsk, nftAsk, readNetfilter } from '../../src/facts/asks/netfilter.js';
import { neighboursAsk, readNeighbours } from '../../src/facts/asks/neighbours.js';
import { readRoutes, routesAsk } from '../../src/facts/asks/routes.js';
import { readRules, rulesAsk } from '../../src/facts/asks/rules.js';
import { listenersAsk, readListeners } from '../../src/facts/asks/sockets.js';
import { readSysctlsAnswer, sysctlsAsk } from '../../src/facts/asks/sysctls.js';
import type { Ask } from '../../src/evidence/evidence.js';
import { isUnreadable, type Unreadable } from '../../src/facts/fact.js';
import type { Netfilter } from '../../src/facts/netfilter.js';
import type { Link, Route, RoutingRule, Socket } from '../../src/facts/network.js';
import type { Answered } from '../../src/facts/read/answered.js';
import type { Netns, World } from '../../src/path/world.js';
import type { Situation } from './situation.js';

export const NODE_ID = 'node/n';
export const farId = (dev: string): string => `far/${dev}`;
export const NOTHING: Netfilter = { iptables: [], nft: [], ipsets: [], unread: [] };

type AskFor = (ask: Ask) => Answered | undefined;

function read<T>(askFor: AskFor, ask: Ask, reader: (answer: Answered) => T | Unreadable): T {
  const answer = askFor(ask);
  if (!answer) throw new Error(`${ask.id} was not answered`);
  const value = reader(answer);
  if (isUnreadable(value)) throw new Error(`${ask.id}: ${value.unreadable}`);
  return value;
}

export function readNetns(askFor: AskFor, id: string): Netns {
  const [iptables, nft, ipsets] = [askFor(iptablesAsk), askFor(nftAsk), askFor(ipsetsAsk)];
  const netfilter = readNetfilter({
    ...(iptables ? { iptables } : {}),
    ...(nft ? { nft } : {}),
    ...(ipsets ? { ipsets } : {}),
  });
  if (isUnreadable(netfilter)) throw new Error(netfilter.unreadable);
  const ports = read(askFor, bridgePortsAsk, readBridgePorts);
  return {
    id,
    links: read(askFor, linksAsk, readLinks).map((link) => {
      const port = ports[link.name];
      return port ? { ...link, port } : link;
    }),
    addresses: read(askFor, addressesAsk, readAddresses),
    routes: read(askFor, routesAsk, readRoutes),
    rules: read(askFor, rulesAsk, readRules),
    neighbours: read(askFor, neighboursAsk, readNeighbours),
    fdb: read(askFor, fdbAsk, readFdb),
    sysctls: read(askFor, sysctlsAsk, readSysctlsAnswer),
    netfilter,
    sockets: read(askFor, listenersAsk, readListeners),
    unread: [],
  };
}

export function worldOf(askFor: AskFor, { tuns, listen }: Pick<Situation, 'tuns' | 'listen'>): World {
  const seen = readNetns(askFor, NODE_ID);
  const node: Netns = { ...seen, sockets: [...(seen.sockets ?? []), ...listeners(listen)] };
  return {
    netns: new Map([node, ...tuns.map(farEnd)].map((netns) => [netns.id, netns])),
    podLinks: new Map(),
    pods: new Map(),
    nodeIps: new Map(),
    wires: new Map(
      tuns.flatMap((dev): readonly (readonly [string, { netns: string; link: string }])[] => [
        [`${NODE_ID} ${dev}`, { netns: farId(dev), link: 'eth0' }],
        [`${farId(dev)} eth0`, { netns: NODE_ID, link: dev }],
      ]),
    ),
  };
}

/** The agent opens them when it is told the packets: after we have looked. */
const listeners = (ports: readonly number[]): readonly Socket[] =>
  ports.flatMap((localPort) =>
    (['tcp', 'udp'] as const).map((protocol) => ({
      protocol,
      family: 4 as const,
      localIp: '0.0.0.0',
      localPort,
      state: protocol === 'tcp' ? 'LISTEN' : 'UNCONN',
      receiveQueue: 0,
      sendQueue: 0,
    })),
  );

const ETH0: Link = { index: 2, name: 'eth0', kind: 'tun', up: true, carrier: true, mtu: 1500 };
const plain = { metric: 0, onlink: false, dead: false } as const;
const EVERYTHING: readonly Route[] = [
  { ...plain, table: 'local', type: 'local', dst: '0.0.0.0/0', dev: 'lo', text: 'local default dev lo' },
  { ...plain, table: 'main', type: 'unicast', dst: '0.0.0.0/0', dev: 'eth0', text: 'default dev eth0' },
];
const rule = (priority: number, table: string): RoutingRule => ({
  priority,
  from: '0.0.0.0/0',
  to: '0.0.0.0/0',
  not: false,
  table,
  action: 'lookup',
  text: `${priority}: lookup ${table}`,
});

const farEnd = (dev: string): Netns => ({
  id: farId(dev),
  links: [ETH0],
  addresses: [],
  routes: EVERYTHING,
  rules: [{ ...rule(0, 'local'), iif: 'eth0' }, rule(1, 'main')],
  neighbours: [],
  fdb: [],
  sysctls: {
    'net.ipv4.conf.all.rp_filter': '0',
    'net.ipv4.conf.eth0.rp_filter': '0',
    'net.ipv4.conf.eth0.route_localnet': '1',
    'net.ipv4.conf.all.route_localnet': '1',
    'net.ipv4.conf.all.accept_local': '1',
  },
  netfilter: NOTHING,
  unread: [],
});
