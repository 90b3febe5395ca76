// Matches that few packets of few situations come to: what each says of a packet, yes, no, or not to be told.
import { describe, expect, it } from 'vitest';
import type { Link } from '../../src/facts/network.js';
import { readIptablesSave } from '../../src/facts/read/iptables-save.js';
import { type Sight, isDoubt } from '../../src/path/chain.js';
import { testsOf } from '../../src/path/iptables/match.js';
import { type Frame, PORT_OF_RANGE, RANDOM_PORT } from '../../src/path/packet.js';
import { ownerOf } from '../../src/path/wire.js';
import type { Netns, World } from '../../src/path/world.js';
import { FORWARDED as sight, FRAME as forwarded, HOST } from './support/frame.js';
import { bareNetns, must } from './support/captured-world.js';

const FRAME: Frame = { ...forwarded, sport: 1000 };

function answer(match: string, frame: Frame, here = sight): string {
  const dump = must(readIptablesSave(`*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD ${match}\nCOMMIT\n`, 'nft'));
  const tests = dump.tables.get('filter')?.chains.get('FORWARD')?.rules[0]?.matches.flatMap(testsOf) ?? [];
  const truths = tests.map((test) => test(frame, here));
  if (truths.includes(false)) return 'no';
  return truths.some(isDoubt) ? 'open' : 'yes';
}

describe('--ports, which looks at both ends', () => {
  const ports = '-p tcp -m multiport --ports 80,443';
  it.each([
    ['the other end', { sport: 1000, dport: 80 }, 'yes'],
    ['the own end', { sport: 443, dport: 1000 }, 'yes'],
    ['both', { sport: 80, dport: 443 }, 'yes'],
    ['neither', { sport: 1000, dport: 1001 }, 'no'],
    ['the other end beside a port drawn at random', { sport: RANDOM_PORT, dport: 80 }, 'yes'],
    ['the own end beside a port drawn at random', { sport: 80, dport: RANDOM_PORT }, 'yes'],
    ['perhaps a port drawn from a range', { sport: PORT_OF_RANGE, dport: 1000 }, 'open'],
    ['perhaps the other port drawn from a range', { sport: 1000, dport: PORT_OF_RANGE }, 'open'],
  ])('%s', (_, ends, expected) => {
    expect(answer(ports, { ...FRAME, ...ends })).toBe(expected);
  });
});

describe('a port drawn at random, from 1024 to 65535', () => {
  it.each([
    ['4789', RANDOM_PORT, 'no'],
    ['80', RANDOM_PORT, 'no'],
    ['30000:30063', RANDOM_PORT, 'no'],
    ['30000:30064', RANDOM_PORT, 'open'],
    ['1025:', RANDOM_PORT, 'open'],
    ['1024:', RANDOM_PORT, 'yes'],
    ['4789', PORT_OF_RANGE, 'open'],
  ])('is %s, drawn as %i: %s', (dport, port, expected) => {
    expect(answer(`-p tcp -m tcp --dport ${dport}`, { ...FRAME, dport: port })).toBe(expected);
  });
});

const LINK: Link = {
  index: 2,
  name: 'eth0',
  kind: 'veth',
  up: true,
  carrier: true,
  mtu: 1500,
  mac: '02:00:00:00:00:02',
};
const node = (id: string, ip: string, link: Partial<Link>): Netns => ({
  ...bareNetns(id),
  links: [{ ...LINK, ...link }],
  addresses: [{ ip, prefix: 24, link: 'eth0', family: 4, scope: 'global' }],
  sysctls: { 'net.ipv4.conf.all.proxy_arp': '0' },
});
const owner = ([mine, theirs]: readonly [Partial<Link>, Partial<Link>]): string => {
  const [a, b] = [node('node/a', '10.0.0.1', mine), node('node/b', '10.0.0.2', theirs)];
  const world: World = {
    netns: new Map([a, b].map((each) => [each.id, each])),
    podLinks: new Map(),
    pods: new Map(),
    nodeIps: new Map(),
    wires: new Map([['node/a eth0', { netns: 'node/b', link: 'eth0' }]]),
  };
  return ownerOf(world, a, { link: 'eth0', ip: '10.0.0.2' }).kind;
};

describe('who answers ARP over a cable', () => {
  it.each<readonly [string, readonly [Partial<Link>, Partial<Link>], string]>([
    ['both ends up', [{}, {}], 'answers'],
    ['the asking end down', [{ up: false }, {}], 'nobody'],
    ['the asking end without carrier', [{ carrier: false }, {}], 'nobody'],
    ['the other end down', [{}, { up: false }], 'nobody'],
  ])('%s', (_, ends, expected) => {
    expect(owner(ends)).toBe(expected);
  });
});

describe('rpfilter, which asks for the way back to the source', () => {
  it.each([
    ['', '10.0.0.1', 'yes'],
    ['--invert', '10.0.0.1', 'no'],
    ['', '10.0.0.9', 'no'],
    ['--accept-local', '10.0.0.9', 'yes'],
    // Of its own, too, it must be the very device (fib_info_nh_uses_dev).
    ['--accept-local', '127.0.0.1', 'no'],
    ['--accept-local --invert', '127.0.0.1', 'yes'],
    ['--accept-local --loose', '127.0.0.1', 'yes'],
    ['--loose', '127.0.0.1', 'no'],
  ])('-m rpfilter %s for %s: %s', (options, src, expected) => {
    const here: Sight = { netns: HOST, hook: 'prerouting', iif: 'a' };
    expect(answer(`-m rpfilter ${options}`, { ...FRAME, src }, here)).toBe(expected);
  });
});

describe('owner', () => {
  const mine: Sight = { netns: { ...bareNetns('pod/x'), user: { uid: 1000, gid: 12 } }, hook: 'output', oif: 'b' };
  const unread: Sight = { ...mine, netns: bareNetns('pod/x') };
  const passed: Sight = { ...sight, hook: 'postrouting' };
  const udp: Frame = { ...FRAME, protocol: 'udp', flags: '' };
  it.each([
    ['--uid-owner 1000', FRAME, mine, 'yes'],
    ['--uid-owner 1337', FRAME, mine, 'no'],
    ['! --uid-owner 1337', FRAME, mine, 'yes'],
    ['--uid-owner 999-1001', FRAME, mine, 'yes'],
    ['--uid-owner 1001-1337', FRAME, mine, 'no'],
    ['--gid-owner 12', FRAME, mine, 'yes'],
    ['! --uid-owner 1000 --gid-owner 12', FRAME, mine, 'no'],
    ['--uid-owner 1000', udp, mine, 'yes'],
    ['--uid-owner 1000', { ...udp, state: 'ESTABLISHED' }, mine, 'open'],
    ['--uid-owner 1000', { ...FRAME, flags: 'RST,ACK' }, mine, 'open'],
    ['--uid-owner 1000', FRAME, unread, 'open'],
    ['--socket-exists', FRAME, mine, 'open'],
    ['--uid-owner 1000', FRAME, passed, 'no'],
    ['! --uid-owner 1000', FRAME, passed, 'yes'],
  ] as const)('%s of %o', (...[match, frame, here, expected]) => {
    expect(answer(`-m owner ${match}`, frame, here)).toBe(expected);
  });
});
