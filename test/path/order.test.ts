// Two base chains of one hook and one priority: the kernel runs first the one registered last, which no dump tells.
import { describe, expect, it } from 'vitest';
import { readNftJson } from '../../src/facts/read/nft-json.js';
import { CERTAIN } from '../../src/path/fork.js';
import { runHook } from '../../src/path/hooks.js';
import type { Frame } from '../../src/path/packet.js';
import { FRAME as forwarded } from './support/frame.js';
import { EMPTY_NETFILTER, bareNetns, must } from './support/captured-world.js';

const FRAME: Frame = { ...forwarded, protocol: 'udp', flags: '' };
const DROP = { drop: null };
const REJECT = { reject: null };
const setMark = (value: number): object => ({ mangle: { key: { meta: { key: 'mark' } }, value } });
const ifMark = (right: number): object => ({ match: { op: '==', left: { meta: { key: 'mark' } }, right } });

function endings(...chains: readonly (readonly object[])[]): readonly string[] {
  const family = { family: 'ip', table: 't' };
  const document = chains.flatMap((expr, at) => [
    { chain: { ...family, name: `c${at}`, type: 'filter', hook: 'forward', prio: 0, policy: 'accept' } },
    { rule: { ...family, chain: `c${at}`, handle: at + 1, expr } },
  ]);
  const nft = must(readNftJson(JSON.stringify({ nftables: [{ table: { family: 'ip', name: 't' } }, ...document] })));
  const netns = { ...bareNetns('node/x'), netfilter: { ...EMPTY_NETFILTER, nft } };
  return runHook({ frame: FRAME, fork: CERTAIN }, [], { netns, hook: 'forward', iif: 'a', oif: 'b' })
    .map(({ stopped, frame, fork }) => `${stopped?.kind ?? `mark ${frame.mark}`} with ${fork.doubts.size} open`)
    .toSorted();
}

describe('chains of one priority', () => {
  it.each([
    ['two drops', [[DROP], [DROP]], ['drop with 0 open']],
    ['a drop and a mark', [[setMark(1)], [DROP]], ['drop with 0 open']],
    ['marks that do not meet', [[setMark(1)], [ifMark(2), DROP]], ['mark 1 with 0 open']],
    ['a mark that the other drops', [[setMark(1)], [ifMark(1), DROP]], ['drop with 1 open', 'mark 1 with 1 open']],
    ['two marks', [[setMark(1)], [setMark(2)]], ['mark 1 with 1 open', 'mark 2 with 1 open']],
    ['a drop and a rejection', [[DROP], [REJECT]], ['drop with 1 open', 'reject with 1 open']],
    ['three, of which one drops', [[setMark(1)], [ifMark(3)], [DROP]], ['drop with 0 open']],
  ])('%s', (_, chains, expected) => {
    expect(endings(...chains)).toEqual(expected);
  });
});
