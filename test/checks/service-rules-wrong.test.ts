import { describe, expect, test } from 'vitest';
import check from '../../src/checks/l4-transport/service-rules-wrong.js';
import { endpoint, service, servicePort } from '../../src/checks/samples.js';
import type { Json, Netfilter } from '../../src/facts/netfilter.js';
import { isUnreadable } from '../../src/facts/fact.js';
import { readIptablesSave } from '../../src/facts/read/iptables-save.js';
import { endpointChain, serviceChain } from '../../src/model/chain-names.js';
import type { Found, Wanted } from '../../src/model/programmed.js';
import { compare } from '../../src/model/programmed-compare.js';
import { foundInIptables } from '../../src/model/programmed-iptables.js';
import { foundInNft } from '../../src/model/programmed-nft.js';
import { testCheck } from '../support/test-check.js';

const read = {
  kind: 'read',
  node: 'w1',
  by: 'kube-proxy',
  service: { namespace: 'shop', name: 'api' },
  backends: 2,
  elsewhere: [],
} as const;
const fault = { says: 'w1 has no rule', shows: 'none', command: 'iptables-nft-save -t nat' };

testCheck(check, {
  passes: {
    'as declared': [{ programmed: { ...read, faults: [] } }, 'w1 sends to 2 backends, all of them usable endpoints'],
  },
  fails: {
    'all connections': [{ programmed: { ...read, faults: [{ ...fault, hits: 'all' }] } }, 'outage', 'w1 has no rule'],
    'some, and a new backend unused': [
      {
        programmed: {
          ...read,
          faults: [
            { ...fault, hits: 'some' },
            { ...fault, says: 'more', hits: 'none' },
          ],
        },
      },
      'degraded',
      'w1 has no rule; more',
    ],
    'on this node only': [
      {
        programmed: {
          ...read,
          faults: [{ ...fault, hits: 'all' }],
          elsewhere: [
            { node: 'w2', right: true },
            { node: 'w3', right: false },
          ],
        },
      },
      'outage',
      'w1 has no rule; right on w2; wrong on w3 too',
    ],
    'a new backend unused': [
      { programmed: { ...read, faults: [{ ...fault, hits: 'none' }] } },
      'risk',
      'w1 has no rule',
    ],
  },
  skips: { 'no Service': [{ programmed: { kind: 'does-not-apply', why: 'x' } }, 'x'] },
});

// Names from upstream's TestOverallIPTablesRules and from every cluster.
test('chains are named as kube-proxy names them', () => {
  const svc1 = { namespace: 'ns1', name: 'svc1', portName: 'p80', protocol: 'TCP' };
  expect(serviceChain('KUBE-SVC-', svc1)).toBe('KUBE-SVC-XPGD46QRK7WJZT7O');
  expect(endpointChain(svc1, '10.180.0.1:80')).toBe('KUBE-SEP-SXIVWICOYRO3J4NJ');
  const kubernetes = { namespace: 'default', name: 'kubernetes', portName: 'https', protocol: 'TCP' };
  expect(serviceChain('KUBE-SVC-', kubernetes)).toBe('KUBE-SVC-NPX46M4PTMTKRN6Y');
});

const port = servicePort({ name: 'http' });
const wanted: Wanted & { readonly node: string } = {
  service: service({ clusterIps: ['10.201.59.6'] }),
  port,
  address: '10.201.59.6',
  dport: 80,
  nodePort: false,
  hook: 'PREROUTING',
  local: false,
  node: 'w1',
};
const one = endpoint({ ip: '10.200.1.7' });
const two = endpoint({ ip: '10.200.2.5' });
const ENTRY =
  '-A KUBE-SERVICES -d 10.201.59.6/32 -p tcp -m comment --comment "shop/api:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-RUKNB3TURLFC6SGL';
const JUMP = '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES';
const SAVED = `*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-SVC-RUKNB3TURLFC6SGL - [0:0]
:KUBE-SEP-R67SPZVP7QQ22ZQB - [0:0]
:KUBE-SEP-DKPZZSASXTHGCDPP - [0:0]
${JUMP}
${ENTRY}
-A KUBE-SVC-RUKNB3TURLFC6SGL ! -s 10.200.0.0/16 -d 10.201.59.6/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC-RUKNB3TURLFC6SGL -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-R67SPZVP7QQ22ZQB
-A KUBE-SVC-RUKNB3TURLFC6SGL -j KUBE-SEP-DKPZZSASXTHGCDPP
-A KUBE-SEP-R67SPZVP7QQ22ZQB -s 10.200.1.7/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-R67SPZVP7QQ22ZQB -p tcp -m tcp -j DNAT --to-destination 10.200.1.7:8080
-A KUBE-SEP-DKPZZSASXTHGCDPP -s 10.200.2.5/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-DKPZZSASXTHGCDPP -p tcp -m tcp -j DNAT --to-destination 10.200.2.5:8080
COMMIT
`;
const REFUSAL =
  '-A KUBE-SERVICES -d 10.201.59.6/32 -p tcp -m comment --comment "shop/api:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable';

const saved = (...rules: string[]) => SAVED.replace('COMMIT', [...rules, 'COMMIT'].join('\n'));

function iptables(text: string, asked: Wanted = wanted): Found | undefined {
  const parsed = readIptablesSave(text, 'nft');
  if (isUnreadable(parsed)) throw new Error(parsed.unreadable);
  const netfilter: Netfilter = { iptables: [parsed], nft: [], ipsets: [], unread: [] };
  return foundInIptables(netfilter, asked);
}
const says = (found: Found | undefined, usable = [one, two]) =>
  found && compare(found, usable, wanted).map((each) => `${each.hits}: ${each.says} [${each.shows}]`);

describe('iptables, kube-proxy 1.34', () => {
  test('as it should be', () => {
    expect(says(iptables(SAVED))).toEqual([]);
    expect(iptables(SAVED)).toMatchObject({ jump: true, entry: ENTRY, command: 'iptables-nft-save -t nat' });
  });

  test('a rule lost, so that the dice are loaded', () => {
    expect(says(iptables(SAVED.replace('--probability 0.50000000000', '--probability 0.75000000000')))).toEqual([
      'none: w1 sends 75 % of 10.201.59.6:80 to 10.200.1.7:8080, though each of 2 backends should get 50 % [-A KUBE-SVC-RUKNB3TURLFC6SGL -m statistic --mode random --probability 0.75000000000 -j KUBE-SEP-R67SPZVP7QQ22ZQB]',
    ]);
  });

  test('clients that are remembered load no dice', () => {
    const remembered =
      '-A KUBE-SVC-RUKNB3TURLFC6SGL -m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-R67SPZVP7QQ22ZQB --mask 255.255.255.255 --rsource -j KUBE-SEP-R67SPZVP7QQ22ZQB';
    const first = '-A KUBE-SVC-RUKNB3TURLFC6SGL -m statistic';
    expect(says(iptables(SAVED.replace(first, `${remembered}\n${first}`)))).toEqual([]);
  });

  test('since when a backend is missing', () => {
    const three = endpoint({ ip: '10.200.2.9' });
    const since = new Map([['10.200.2.9', '2026-11-26T10:00:00Z']]);
    const found = iptables(SAVED);
    expect(found && compare(found, [one, two, three], { ...wanted, since }).map((each) => each.says)).toEqual([
      'w1 does not send 10.201.59.6:80 to 10.200.2.9:8080, though ready since 2026-11-26T10:00:00Z',
    ]);
  });

  test('the jump flushed', () => {
    expect(says(iptables(SAVED.replace(`${JUMP}\n`, '')))).toEqual([
      'all: w1 never looks at the rules of Services: PREROUTING does not jump to them [no jump from PREROUTING to KUBE-SERVICES]',
    ]);
  });

  test('the Service never programmed', () => {
    expect(says(iptables(SAVED.replace(`${ENTRY}\n`, '')))).toEqual([
      'all: w1 has no rule for 10.201.59.6:80 of service/api [no rule matches 10.201.59.6:80]',
    ]);
  });

  test('refused though endpoints are there', () => {
    const filter = `*filter\n:KUBE-SERVICES - [0:0]\n${REFUSAL}\nCOMMIT\n`;
    expect(says(iptables(SAVED.replace(`${ENTRY}\n`, '') + filter))).toEqual([
      `all: w1 refuses 10.201.59.6:80 though 2 endpoints are usable [${REFUSAL}]`,
    ]);
  });

  test('a backend that is gone, and one that is new', () => {
    const three = endpoint({ ip: '10.200.2.9' });
    expect(says(iptables(SAVED), [one, three])).toEqual([
      'some: w1 sends 1 of 2 shares of 10.201.59.6:80 to 10.200.2.5:8080, which is no usable endpoint [-A KUBE-SEP-DKPZZSASXTHGCDPP -p tcp -m tcp -j DNAT --to-destination 10.200.2.5:8080]',
      'none: w1 does not send 10.201.59.6:80 to 10.200.2.9:8080, though ready [2 of 2 backends programmed]',
    ]);
    expect(says(iptables(SAVED), [three])?.[0]).toMatch(
      /^all: w1 sends all of 10\.201\.59\.6:80 to 10\.200\.1\.7:8080/,
    );
  });

  test('a rule rewritten by another hand', () => {
    const wrong = SAVED.replace('--to-destination 10.200.2.5:8080', '--to-destination 10.200.2.5:9999');
    expect(says(iptables(wrong))?.[0]).toBe(
      'some: w1 sends 1 of 2 shares of 10.201.59.6:80 to 10.200.2.5:9999 by the chain of 10.200.2.5 [-A KUBE-SEP-DKPZZSASXTHGCDPP -p tcp -m tcp -j DNAT --to-destination 10.200.2.5:9999]',
    );
  });

  test('a node port, beside the twin that is for loopback only', () => {
    const twin = '-A KUBE-NODEPORTS -d 127.0.0.0/8 -p tcp -m tcp --dport 30080 -j KUBE-EXT-RUKNB3TURLFC6SGL';
    const own = '-A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-EXT-RUKNB3TURLFC6SGL';
    const asked = { ...wanted, nodePort: true, address: '192.168.108.21', dport: 30_080 };
    expect(iptables(saved(twin, own), asked)?.entry).toBe(own);
    expect(iptables(saved(twin), asked)?.entry).toBeUndefined();
  });

  test('topology hints leave some out on purpose', () => {
    expect(says(iptables(SAVED), [one, two, endpoint({ ip: '10.200.3.3', hinted: true })])).toEqual([]);
  });

  test('no endpoint, and the old ones still programmed', () => {
    expect(says(iptables(SAVED), [])).toEqual([
      'all: w1 still sends 10.201.59.6:80 to 10.200.1.7:8080, 10.200.2.5:8080, though the Service has no usable endpoint [-A KUBE-SEP-R67SPZVP7QQ22ZQB -p tcp -m tcp -j DNAT --to-destination 10.200.1.7:8080]',
    ]);
  });
});

// Two shapes: one chain per endpoint up to 1.35, one map from 1.36 on.
const rule = (chain: string, ...statements: Json[]) => ({
  chain,
  handle: 1,
  statements,
  text: chain,
});
const SERVICE = 'service-AAAAAAAA-shop/api/tcp/http';
const nft = (chains: readonly ReturnType<typeof rule>[]): Netfilter => ({
  iptables: [],
  ipsets: [],
  unread: [],
  nft: [
    {
      family: 'ip',
      name: 'kube-proxy',
      chains: new Map(chains.map((each) => [each.chain, { name: each.chain, rules: [each] }])),
      sets: new Map([
        [
          'service-ips',
          {
            name: 'service-ips',
            type: 'x',
            map: true,
            flags: [],
            elements: [{ key: { concat: ['10.201.59.6', 'tcp', 80] }, data: { goto: { target: SERVICE } } }],
          },
        ],
      ]),
    },
  ],
});
const pre = rule('nat-prerouting', { jump: { target: 'services' } });

describe('nftables', () => {
  test('a map of addresses and ports', () => {
    const set = [
      [0, { concat: ['10.200.1.7', 8080] }],
      [1, { concat: ['10.200.2.5', 8080] }],
    ];
    const chains = [pre, rule(SERVICE, { dnat: { family: 'ip', addr: { map: { key: 'x', data: { set } } } } })];
    expect(says(foundInNft(nft(chains), wanted))).toEqual([]);
    expect(says(foundInNft(nft(chains.slice(1)), wanted))?.[0]).toBe(
      'all: w1 never looks at the rules of Services: PREROUTING does not jump to them [no jump from nat-prerouting to services]',
    );
  });

  test('a chain for each endpoint', () => {
    const set = [[0, { goto: { target: 'endpoint-X' } }]];
    const chains = [
      pre,
      rule(SERVICE, { vmap: { key: 'x', data: { set } } }),
      rule('endpoint-X', { dnat: { addr: '10.200.9.9', port: 8080 } }),
    ];
    expect(says(foundInNft(nft(chains), wanted), [one])).toEqual([
      'all: w1 sends all of 10.201.59.6:80 to 10.200.9.9:8080, which is no usable endpoint [endpoint-X]',
      'none: w1 does not send 10.201.59.6:80 to 10.200.1.7:8080, though ready [1 of 1 backends programmed]',
    ]);
  });

  test('no table at all, and one that could not be read', () => {
    const empty: Netfilter = { iptables: [], nft: [], ipsets: [], unread: [] };
    expect(foundInNft(empty, wanted)).toEqual({
      by: 'kube-proxy',
      jump: false,
      jumps: 'nat-prerouting to services',
      command: 'nft list table ip kube-proxy',
    });
    expect(() => foundInNft({ ...empty, unread: ['ip kube-proxy'] }, wanted)).toThrow('unanswerable');
  });
});
