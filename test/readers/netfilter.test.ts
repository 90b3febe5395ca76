import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ipsetsAsk,
  iptablesAsk,
  nftAsk,
  readIptables,
  readNetfilter,
  readNft,
} from '../../src/facts/asks/netfilter.js';
import { isUnreadable } from '../../src/facts/fact.js';
import type { Answered } from '../../src/facts/read/answered.js';
import { readIpsetSave } from '../../src/facts/read/ipset-save.js';
import { readIptablesSave } from '../../src/facts/read/iptables-save.js';
import { readNftJson } from '../../src/facts/read/nft-json.js';

const captured = (path: string): string => readFileSync(new URL(`captured/${path}`, import.meta.url), 'utf8');
const answered = (tool: string, text: string): Answered => ({
  kind: 'answered',
  tool,
  text,
  exit: 0,
  stderr: '',
  elapsedMs: 0,
  through: '',
});
const good = <T>(value: T): Exclude<T, { readonly unreadable: string }> => {
  if (isUnreadable(value)) throw new Error(value.unreadable);
  return value as Exclude<T, { readonly unreadable: string }>;
};

const serviceRule = (at: number): string =>
  `[0:0] -A KUBE-SERVICES -d 10.201.${at >> 8}.${at & 255}/32 -p tcp -m comment --comment "shop/api${at}:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-RUKNB3TURLFC6SGL\n`;

describe('iptables-save', () => {
  const text = captured('iptables-1.8.9/iptables-nft-save.txt');
  const { tables } = good(readIptablesSave(text, 'nft'));
  const rules = (table: string, chain: string) => tables.get(table)?.chains.get(chain)?.rules ?? [];

  it('reads tables, chains and policies', () => {
    expect([...tables.keys()]).toEqual(['filter', 'nat']);
    expect(tables.get('filter')?.chains.get('FORWARD')?.policy).toBe('DROP');
    expect(tables.get('filter')?.chains.get('WILD')?.policy).toBeUndefined();
  });
  it('reads a negation before each flag', () => {
    expect(rules('filter', 'FORWARD')[0]?.matches).toEqual([
      {
        module: '',
        options: [
          { flag: 's', values: ['1.2.3.0/24'], negated: true },
          { flag: 'd', values: ['5.6.7.8/32'], negated: true },
          { flag: 'i', values: ['in0'], negated: true },
          { flag: 'o', values: ['out+'], negated: true },
          { flag: 'p', values: ['tcp'], negated: true },
        ],
      },
    ]);
  });
  it('tells a goto from a jump', () => {
    expect(rules('filter', 'FORWARD')[1]?.target).toEqual({ name: 'WILD', goto: true, options: [] });
  });
  it('takes quotes and backslashes off values', () => {
    expect(rules('filter', 'FORWARD')[2]?.target?.options).toEqual([
      { flag: 'log-prefix', values: ['a "q" b: '], negated: false },
    ]);
    expect(rules('filter', 'FORWARD')[3]?.matches.map(({ options }) => options[0]?.values)).toEqual([
      [`it's "quoted" \\ back`],
      ['second'],
    ]);
    expect(rules('filter', 'FORWARD')[3]?.target).toBeUndefined();
  });
  it('keeps the line as it was saved, without its counters', () => {
    expect(rules('nat', 'KUBE-SEP-A')[0]).toMatchObject({
      position: 1,
      packets: 0,
      bytes: 0,
      text: '-A KUBE-SEP-A -p tcp -m recent --set --name KUBE-SEP-A --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.180.0.11:8080',
    });
  });
  it('reads a negation after the flag, as releases before 1.4 wrote it', () => {
    const old = good(
      readIptablesSave('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s ! 10.0.0.0/8 -j DROP\nCOMMIT\n', 'legacy'),
    );
    expect(old.tables.get('filter')?.chains.get('INPUT')?.rules[0]?.matches).toEqual([
      { module: '', options: [{ flag: 's', values: ['10.0.0.0/8'], negated: true }] },
    ]);
  });
  it('does not take a dump that was cut off for a whole one', () => {
    expect(readIptablesSave(text.slice(0, text.indexOf('COMMIT')), 'nft')).toEqual({
      unreadable: 'table filter ends without COMMIT',
    });
    expect(readIptablesSave('iptables-save: command failed', 'nft')).toEqual({
      unreadable: 'not in iptables-save form: iptables-save: command failed',
    });
  });
  it('reads 55,000 rules in less processor time than iptables-nft-save takes to print them', () => {
    const big = `*nat\n:KUBE-SERVICES - [0:0]\n${Array.from({ length: 55_000 }, (_, at) => serviceRule(at)).join('')}COMMIT\n`;
    const before = process.cpuUsage();
    expect(good(readIptablesSave(big, 'nft')).tables.get('nat')?.chains.get('KUBE-SERVICES')?.rules).toHaveLength(
      55_000,
    );
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(0.7);
  });
});

describe('nft -j list table', () => {
  const [table] = good(readNftJson(captured('nftables-1.0.6/list-table-kube-proxy.json')));

  it('reads base chains, rules and their comments', () => {
    expect(table?.chains.get('filter-forward')?.base).toEqual({
      type: 'filter',
      hook: 'forward',
      priority: 0,
      policy: 'drop',
    });
    expect(table?.chains.get('services')?.base).toBeUndefined();
    expect(table?.chains.get('service-a')?.rules[0]).toMatchObject({ handle: 9, comment: 'balance' });
  });
  it('unwraps elements that carry a comment', () => {
    expect(table?.sets.get('no-endpoint-services')?.elements).toEqual([
      { key: { concat: ['172.30.0.20', 'tcp', 80] }, data: { drop: null }, comment: 'ns/b:http' },
    ]);
    expect(table?.sets.get('cluster-ips')).toMatchObject({
      map: false,
      elements: [{ key: '172.30.0.10' }, { key: '172.30.0.20' }],
    });
  });
  it('quotes what is no JSON', () => {
    expect(readNftJson('Error: JSON support not compiled-in')).toEqual({
      unreadable: 'not JSON of nft: Error: JSON support not compiled-in',
    });
  });
});

describe('ipset save', () => {
  it('reads members, with nomatch and without timeouts', () => {
    const sets = good(readIpsetSave(captured('ipset-7.17/ipset-save.txt')));
    expect(sets.map(({ name, type, family }) => [name, type, family])).toEqual([
      ['hosts', 'hash:ip', 'inet'],
      ['nets', 'hash:net', 'inet'],
      ['services', 'hash:ip,port', 'inet'],
      ['six', 'hash:ip', 'inet6'],
      ['timed', 'hash:ip', 'inet'],
    ]);
    expect(sets.find(({ name }) => name === 'nets')?.members.toSorted()).toEqual([
      '10.180.0.0/16',
      '10.180.0.12 nomatch',
    ]);
    expect(sets.find(({ name }) => name === 'timed')?.members).toEqual(['10.180.0.13']);
  });
});

describe('the three dumps of one namespace', () => {
  const dump = '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n';

  it('keeps both backends apart when both are live', () => {
    const { iptables } = good(
      readIptables(answered('iptables-nft-save', `#backend nft\n${dump}#backend legacy\n${dump}`)),
    );
    expect(iptables.map(({ backend }) => backend)).toEqual(['nft', 'legacy']);
  });
  it('names what could not be printed', () => {
    const text = `#backend nft\n${dump}# Table \`nat' is incompatible, use 'nft' tool.\n#unread legacy iptables tables\n`;
    expect(good(readIptables(answered('iptables-nft-save', text))).unread).toEqual([
      'legacy iptables tables',
      "Table `nat' is incompatible, use 'nft' tool.",
    ]);
    expect(good(readNft(answered('nft', '\n#unread inet fw4\n'))).unread).toEqual(['inet fw4']);
  });
  it('does not take a missing dump for an empty one', () => {
    expect(good(readNetfilter({ iptables: answered('iptables-nft-save', `#backend nft\n${dump}`) })).unread).toEqual([
      'native nft tables (not asked)',
    ]);
    expect(readNetfilter({})).toEqual({ unreadable: 'not asked' });
  });
  it('asks with scripts that the poorest shell can parse', () => {
    for (const { script } of [iptablesAsk, nftAsk, ipsetsAsk].flatMap(({ tries }) => tries)) {
      expect(() => execFileSync('sh', ['-n', '-c', script])).not.toThrow();
    }
  });
});
