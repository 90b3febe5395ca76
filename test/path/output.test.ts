// What a host does with its own packets on their way through OUTPUT, as the kernel was found to do it.
import { describe, expect, it } from 'vitest';
import { readIptablesSave } from '../../src/facts/read/iptables-save.js';
import { predict } from '../../src/path/predict.js';
import type { World } from '../../src/path/world.js';
import { EMPTY_NETFILTER, bareNetns, must } from './support/captured-world.js';
import { summary } from './support/tell.js';

const plain = { table: 'main', type: 'unicast', metric: 0, onlink: false, dead: false } as const;
const always = { from: '0.0.0.0/0', to: '0.0.0.0/0', not: false, action: 'lookup' } as const;
const link = (index: number, name: string) => ({ index, name, kind: 'tun', up: true, carrier: true, mtu: 1500 });

const wire = (name: string) => [`node/n ${name}`, { netns: `far/${name}`, link: 'eth0' }] as const;
/** Two ways out: `a`, and `b` for what carries mark 1. */
function host(rules: string): World {
  const node = {
    ...bareNetns('node/n'),
    links: [link(2, 'a'), link(3, 'b')],
    addresses: [{ link: 'a', family: 4, ip: '10.0.0.1', prefix: 24, scope: 'global' } as const],
    routes: [
      { ...plain, table: 'local', type: 'local', dst: '127.0.0.0/8', dev: 'lo', text: 'local 127.0.0.0/8' } as const,
      { ...plain, dst: '0.0.0.0/0', dev: 'a', text: 'default dev a' },
      { ...plain, table: '100', dst: '0.0.0.0/0', dev: 'b', text: 'default dev b table 100' },
    ],
    rules: [
      { ...always, priority: 0, table: 'local', text: '0: lookup local' },
      { ...always, priority: 9, table: '100', mark: { value: 1, mask: 1 }, text: '9: fwmark 1 lookup 100' },
      { ...always, priority: 99, table: 'main', text: '99: lookup main' },
    ],
    netfilter: { ...EMPTY_NETFILTER, iptables: [must(readIptablesSave(rules, 'nft'))] },
  };
  const everything = {
    ...plain,
    table: 'local',
    type: 'local',
    dst: '0.0.0.0/0',
    dev: 'lo',
    text: 'local default',
  } as const;
  const sysctls = {
    'net.ipv4.conf.all.accept_local': '1',
    'net.ipv4.conf.all.rp_filter': '0',
    'net.ipv4.conf.eth0.rp_filter': '0',
  };
  const far = (name: string) => ({ ...bareNetns(`far/${name}`), routes: [everything], sysctls });
  return {
    netns: new Map([node, far('a'), far('b')].map((netns) => [netns.id, netns])),
    podLinks: new Map(),
    pods: new Map(),
    nodeIps: new Map(),
    wires: new Map([wire('a'), wire('b')]),
  };
}

const sent = (rules: string, dst = '203.0.113.7'): string =>
  summary(predict(host(rules), { protocol: 'tcp', from: 'node/n', dst, dport: 80 }))
    .join()
    .replace(/,.*| =>.*/, '');
const inTable = (table: string, rule: string): string => `*${table}\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT ${rule}\nCOMMIT\n`;

describe('a mark that a rule of OUTPUT sets', () => {
  it.each([
    ['mangle', 'far/b'],
    // Only chains of type route ask for a new route, and nat for a new destination (ip_route_me_harder).
    ['raw', 'far/a'],
    ['filter', 'far/a'],
  ])('in %s leads to %s', (table, end) => {
    expect(sent(inTable(table, '-j MARK --set-xmark 0x1/0x1'))).toBe(`1.000 delivered to ${end} 203.0.113.7:80`);
  });
  it('counts after all when nat asks for the new destination', () => {
    const rules = `${inTable('raw', '-j MARK --set-xmark 0x1/0x1')}${inTable('nat', '-j DNAT --to-destination 10.0.0.9')}`;
    expect(sent(rules)).toBe('1.000 delivered to far/b 10.0.0.9:80');
  });
});

describe('a new destination that a loopback address may not go to', () => {
  it('is lost in nat, before filter could refuse it', () => {
    const nat = inTable('nat', '-j DNAT --to-destination 10.0.0.9');
    expect(sent(`${nat}${inTable('filter', '-j REJECT --reject-with icmp-port-unreachable')}`, '127.0.0.1')).toBe(
      '1.000 dropped in node/n by 127.0.0.1 may not leave by a',
    );
  });
});
