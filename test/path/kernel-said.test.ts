// What the kernel was found to do where the walk once thought otherwise.
import { describe, expect, it } from 'vitest';
import { readIptablesSave } from '../../src/facts/read/iptables-save.js';
import { readNftJson } from '../../src/facts/read/nft-json.js';
import { type Sight, runChain } from '../../src/path/chain.js';
import { CERTAIN } from '../../src/path/fork.js';
import { runHook } from '../../src/path/hooks.js';
import { chainsOf } from '../../src/path/iptables/table.js';
import type { Frame } from '../../src/path/packet.js';
import { validateSource } from '../../src/path/reverse-path.js';
import { symptomOf } from '../../src/path/symptom.js';
import { FRAME as forwarded } from './support/frame.js';
import { EMPTY_NETFILTER, bareNetns, must } from './support/captured-world.js';

const FRAME: Frame = { ...forwarded, protocol: 'udp', flags: '', state: 'INVALID' };
const netns = bareNetns('node/x');
const sight: Sight = { netns, hook: 'prerouting', iif: 'a' };

function inRaw(rule: string): string {
  const dump = must(readIptablesSave(`*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING ${rule} -j DROP\nCOMMIT\n`, 'nft'));
  const table = dump.tables.get('raw');
  if (!table) throw new Error('no table');
  const [end] = runChain({ chains: chainsOf(dump, table), name: 'PREROUTING', sight }, { frame: FRAME, fork: CERTAIN });
  return end?.verdict?.kind ?? 'policy';
}

describe('the raw table, which packets pass before they are tracked', () => {
  it.each([
    ['-m connmark --mark 0x1', 'policy'],
    ['-m connmark ! --mark 0x1', 'policy'],
    ['-m conntrack --ctstate INVALID', 'drop'],
    ['-m conntrack --ctstate NEW', 'policy'],
    ['-m conntrack ! --ctdir REPLY', 'policy'],
    ['-m conntrack --ctstate INVALID --ctproto 6', 'drop'],
  ])('judges %s: %s', (rule, verdict) => {
    expect(inRaw(rule)).toBe(verdict);
  });
});

const route = (dst: string, extra: object): object => ({
  table: 'main',
  type: 'unicast',
  dst,
  metric: 0,
  onlink: false,
  dead: false,
  text: dst,
  ...extra,
});

describe('the check of the source', () => {
  const router = {
    ...netns,
    routes: [
      route('10.0.0.1/32', { dev: 'a' }),
      route('10.0.0.9/32', { table: 'local', type: 'local', dev: 'lo' }),
      route('10.0.0.1/32', { table: '100', type: 'blackhole' }),
    ],
    rules: [
      { priority: 0, from: '0.0.0.0/0', to: '0.0.0.0/0', not: false, table: 'local', action: 'lookup', text: '' },
      {
        priority: 9,
        from: '0.0.0.0/0',
        to: '0.0.0.0/0',
        not: false,
        iif: 'w',
        table: '100',
        action: 'lookup',
        text: '',
      },
      { priority: 99, from: '0.0.0.0/0', to: '0.0.0.0/0', not: false, table: 'main', action: 'lookup', text: '' },
    ],
    sysctls: { 'net.ipv4.conf.all.rp_filter': '2', 'net.ipv4.conf.a.rp_filter': '0' },
  } as typeof netns;

  it('imagines the answer coming in by the device that the packet leaves by', () => {
    expect(validateSource(router, { frame: FRAME, iif: 'a', oif: 'p' }).kind).toBe('pass');
    expect(validateSource(router, { frame: FRAME, iif: 'a', oif: 'w' }).kind).toBe('drop');
  });
  it('takes a source that a local route names for its own, though no device has it', () => {
    expect(validateSource(router, { frame: { ...FRAME, src: '10.0.0.9' }, iif: 'a' })).toEqual({
      kind: 'drop',
      by: 'martian source: 10.0.0.9 is an address of node/x itself and came in by a',
      command: 'ip -4 address',
    });
  });
});

const refused = (how: 'icmp-host-unreachable' | 'icmp-port-unreachable'): string => {
  const there = { kind: 'delivered', netns: 'pod/a', address: '', port: 0, socket: 'listens' } as const;
  return symptomOf({
    protocol: 'udp',
    outcome: { kind: 'refused', how, netns: 'node/x', by: '' },
    reply: there,
    isOwn: false,
  });
};

describe('what a UDP socket is told', () => {
  it('is the port, and not the host, that is unreachable', () => {
    expect(refused('icmp-port-unreachable')).toBe('refused');
    expect(refused('icmp-host-unreachable')).toBe('timeout');
  });
});

const PORT_UNREACHABLE: Frame = {
  ...FRAME,
  protocol: 'icmp',
  sport: 0,
  dport: 0,
  icmp: { type: 3, code: 3, about: { src: '10.0.0.2', dst: '10.0.0.1', sport: 1, dport: 2 }, of: 'udp' },
};

function inNft(field: string, right: number): readonly string[] {
  const family = { family: 'ip', table: 't' };
  const match = { op: '==', left: { payload: { protocol: 'th', field } }, right };
  const document = [
    { table: { family: 'ip', name: 't' } },
    { chain: { ...family, name: 'c', type: 'filter', hook: 'forward', prio: 0, policy: 'accept' } },
    { rule: { ...family, chain: 'c', handle: 1, expr: [{ match }, { drop: null }] } },
  ];
  const nft = must(readNftJson(JSON.stringify({ nftables: document })));
  const where = { ...netns, netfilter: { ...EMPTY_NETFILTER, nft } };
  const ended = runHook({ frame: PORT_UNREACHABLE, fork: CERTAIN }, [], { netns: where, hook: 'forward', iif: 'a' });
  return ended.map(({ stopped }) => stopped?.kind ?? 'passes');
}

describe('an ICMP error that nft asks for the ports of any protocol', () => {
  it('has its type and code where others have a source port, and a checksum where they have the other', () => {
    expect(inNft('sport', 3 * 256 + 3)).toEqual(['drop']);
    expect(inNft('sport', 80)).toEqual(['passes']);
    expect(inNft('dport', 80).toSorted()).toEqual(['drop', 'passes']);
  });
});
