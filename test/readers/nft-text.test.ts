import { expect, test } from 'vitest';
import { readNftJson } from '../../src/facts/read/nft-json.js';
import { ruleText } from '../../src/facts/read/nft-text.js';
import { captured } from './captured.js';

const tables = readNftJson(captured('nftables-1.0.6/list-table-told.json'));
if ('unreadable' in tables) throw new Error(tables.unreadable);
const ours = new Map(
  tables.flatMap(({ chains }) =>
    [...chains.values()].flatMap(({ rules }) => rules.map(({ handle, text }) => [String(handle), text] as const)),
  ),
);
/** What nft prints of them, but for quotes, for what was counted, and for two ways to write the same. */
const theirs = captured('nftables-1.0.6/list-table-told.txt')
  .split('\n')
  .flatMap((line) => {
    const [, text = '', handle = ''] = /^\t\t(.+) # handle (\d+)$/.exec(line) ?? [];
    const plain = text.replaceAll('"', '').replace(/counter packets \d+ bytes \d+/, 'counter');
    return ours.has(handle) ? [[plain, handle] as const] : [];
  });
const WORDED: Readonly<Record<string, string>> = {
  'ip saddr @hosts ip daddr != { 10.0.0.2, 10.0.0.3 } reject':
    'ip saddr @hosts ip daddr != { 10.0.0.2, 10.0.0.3 } reject with icmp port-unreachable',
  'tcp flags syn / syn,ack notrack': 'tcp flags & syn,ack == syn notrack',
};

test('every rule of the capture is compared', () => {
  expect(theirs.length).toBe(ours.size);
  expect(theirs.length).toBeGreaterThan(15);
});

test.each(theirs)('%s', (text, handle) => {
  expect(ours.get(handle)?.split(`handle ${handle}: `)[1]).toBe(WORDED[text] ?? text);
});

test('what nft may print some day stays as it is', () => {
  expect(ruleText([{ tproxy: { port: 1 } }, { accept: null }])).toBe('{"tproxy":{"port":1}} accept');
});
