// What single expressions of native nft say of a packet.
import { describe, expect, it } from 'vitest';
import { readNftJson } from '../../src/facts/read/nft-json.js';
import type { Sight } from '../../src/path/chain.js';
import { CERTAIN } from '../../src/path/fork.js';
import { runHook } from '../../src/path/hooks.js';
import { type Frame, RANDOM_PORT } from '../../src/path/packet.js';
import { FORWARDED as sight, FRAME, HOST } from './support/frame.js';
import { EMPTY_NETFILTER, must } from './support/captured-world.js';

const flags = { payload: { protocol: 'tcp', field: 'flags' } };
const drops = (expr: object, frame: Frame, here = sight): boolean => {
  const family = { family: 'ip', table: 't', chain: 'c' };
  const nftables = [
    { table: { family: 'ip', name: 't' } },
    { chain: { family: 'ip', table: 't', name: 'c', type: 'filter', hook: 'forward', prio: 0, policy: 'accept' } },
    { rule: { ...family, handle: 1, expr: [{ match: expr }, { drop: null }] } },
  ];
  const netfilter = { ...EMPTY_NETFILTER, nft: must(readNftJson(JSON.stringify({ nftables }))) };
  const [end] = runHook({ frame, fork: CERTAIN }, [], { ...here, netns: { ...here.netns, netfilter } });
  return end?.stopped?.kind === 'drop';
};

describe('ct status as a whole, which has bits of nat that no name stands for', () => {
  const left = { ct: { key: 'status' } };
  const { src, dst, sport, dport } = FRAME;
  const conn = {
    id: 1,
    netns: 'node/x',
    protocol: 'tcp',
    original: { src, dst, sport, dport },
    reply: { src: dst, dst: src, sport: dport, dport: sport },
    dnat: true,
    snat: false,
    dstSettled: true,
    srcSettled: false,
    mark: 0,
    confirmed: false,
    answered: false,
  } as const;
  it.each([
    [{ op: '!=', left, right: 'dnat' }, true],
    [{ op: '==', left, right: 'dnat' }, false],
    [{ op: 'in', left, right: 'dnat' }, true],
  ])('%j of a translated connection: %s', (expr, expected) => {
    expect(drops(expr, { ...FRAME, conn })).toBe(expected);
  });
});

describe('flags of TCP in nft', () => {
  const asked = { '&': [flags, ['fin', 'syn', 'rst', 'ack']] };
  const both = { '|': ['syn', 'ack'] };
  it.each([
    [{ op: '==', left: asked, right: both }, 'SYN,ACK', true],
    [{ op: '==', left: asked, right: both }, 'SYN', false],
    [{ op: '!=', left: asked, right: both }, 'SYN', true],
    [{ op: '!=', left: asked, right: both }, 'SYN,ACK', false],
    [{ op: '==', left: asked, right: 'syn' }, 'SYN', true],
    [{ op: '==', left: asked, right: 'syn' }, 'RST,ACK', false],
    [{ op: 'in', left: flags, right: both }, 'RST,ACK', true],
    [{ op: 'in', left: flags, right: both }, 'RST', false],
  ])('%j of %s: %s', (expr, set, expected) => {
    expect(drops(expr, { ...FRAME, flags: set })).toBe(expected);
  });
});

describe('a port drawn at random', () => {
  it.each([
    ['==', RANDOM_PORT, false],
    ['!=', RANDOM_PORT, true],
  ])('nft: %s 4789 of %i: %s', (op, dport, expected) => {
    const left = { payload: { protocol: 'tcp', field: 'dport' } };
    expect(drops({ op, left, right: 4789 }, { ...FRAME, dport })).toBe(expected);
  });
});

describe('fib in nft, which prints `exists` and `missing` as true and false', () => {
  const oif = { fib: { result: 'oif', flags: ['daddr'] } };
  it.each([
    [true, '10.0.0.1', true],
    [false, '10.0.0.1', false],
    // It looks for neighbours only: an own address has no device here.
    [true, '10.0.0.9', false],
    [false, '10.0.0.9', true],
    [true, '192.0.2.1', false],
    ['a', '10.0.0.1', true],
    ['b', '10.0.0.1', false],
  ])('fib daddr oif == %j for %s: %s', (right, dst, expected) => {
    const here: Sight = { ...sight, netns: HOST };
    expect(drops({ op: '==', left: oif, right }, { ...FRAME, dst }, here)).toBe(expected);
  });
});
