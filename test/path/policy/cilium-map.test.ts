// Cilium's policy maps as `cilium-dbg bpf policy get` prints them (v1.16.5), against what the policies say.
import { expect, test } from 'vitest';
import type { CiliumMaps, CiliumPolicyEntry } from '../../../src/facts/ebpf.js';
import { mapDrifts } from '../../../src/path/policy/cilium-map.js';
import { DIALECTS } from '../../../src/path/policy/dialect.js';
import type { Ruling, Verdict } from '../../../src/path/policy/evaluate.js';
import { trafficsOf } from '../../../src/path/policy/intended.js';
import { policedOf, policyOf } from './cluster.js';
import { R } from './recipes.js';

const [API, CLIENT, ID] = ['10.244.2.7', '10.244.1.4', 20_417];
const [TCP, EXACT] = [6, 24];

const allows = (different: Partial<CiliumPolicyEntry> = {}): CiliumPolicyEntry => ({
  direction: 'ingress',
  identity: ID,
  protocol: 0,
  port: 0,
  prefix: 0,
  denies: false,
  proxyPort: 0,
  text: 'Allow Ingress 20417 ANY',
  ...different,
});
const maps = (entries?: readonly CiliumPolicyEntry[]): CiliumMaps => ({
  services: new Map(),
  endpoints: [{ ip: API, local: { id: 1913, identity: 46_166, ifindex: 12 }, text: '' }],
  identities: [{ cidr: `${CLIENT}/32`, identity: ID, text: '' }],
  policies: new Map(entries ? [[1913, entries]] : []),
});

const only = { kind: 'NetworkPolicy', name: 'only-client' };
const RULINGS: Readonly<Record<Verdict, Ruling>> = {
  allow: { verdict: 'allow', basis: { kind: 'rule', ref: only, says: 'its ingress rule 1' } },
  deny: { verdict: 'deny', basis: { kind: 'closed', by: [only], nearest: () => undefined } },
  unknown: { verdict: 'unknown', basis: { kind: 'doubt', doubts: ['it depends'] } },
};

interface Asked {
  readonly held: CiliumMaps;
  readonly says: Verdict;
  readonly from?: string;
  readonly protocol?: string;
}
function drifts({ held, says, from = 'shop/client', protocol = 'TCP' }: Asked) {
  const policed = policedOf([policyOf(R.onlyClient)], { from, to: 'shop/api', port: 8080, protocol });
  const traffic = trafficsOf(policed, DIALECTS.cilium).find(({ direction }) => direction === 'Ingress')!;
  const side = { direction: 'Ingress', pod: { namespace: 'shop', name: 'api' }, ruling: RULINGS[says] } as const;
  return mapDrifts({ node: 'w2', traffic, side, maps: held });
}
const told = (asked: Asked) => {
  const found = drifts(asked);
  return found && 'skips' in found ? found.skips : found?.map(({ says, hits }) => `${hits}: ${says}`);
};

const CLOSES = [
  'closes: w2 does not let pod/client into pod/api at 8080/tcp, although ingress to pod/api is allowed by NetworkPolicy only-client, its ingress rule 1',
];
const OPENS = [
  'opens: w2 lets pod/client into pod/api at 8080/tcp, although ingress to pod/api is closed by NetworkPolicy only-client: no rule allows 8080/tcp, as it has no ingress rule',
];
const atPort = (port: number): CiliumPolicyEntry => allows({ protocol: TCP, port, prefix: EXACT });

test.each<[string, Asked, readonly string[]]>([
  ['allowed, and an entry lets it in', { says: 'allow', held: maps([allows()]) }, []],
  ['allowed at this port', { says: 'allow', held: maps([atPort(8080)]) }, []],
  ['allowed, and there is no entry', { says: 'allow', held: maps([]) }, CLOSES],
  ['allowed, and the entry is about another port', { says: 'allow', held: maps([atPort(9090)]) }, CLOSES],
  ['allowed, and the entry is about another pod', { says: 'allow', held: maps([allows({ identity: 7 })]) }, CLOSES],
  ['allowed, and the entry denies', { says: 'allow', held: maps([allows({ denies: true })]) }, CLOSES],
  ['allowed, and the entry is about egress', { says: 'allow', held: maps([allows({ direction: 'egress' })]) }, CLOSES],
  ['denied, and nothing lets it in', { says: 'deny', held: maps([]) }, []],
  ['denied, and an entry lets it in', { says: 'deny', held: maps([allows()]) }, OPENS],
  ['denied, and one for anybody lets it in', { says: 'deny', held: maps([allows({ identity: 0 })]) }, OPENS],
])('%s', (_, asked, expected) => {
  expect(told(asked)).toEqual(expected);
});

test.each<[string, Asked]>([
  ['what the policies say is not known', { says: 'unknown', held: maps([]) }],
  [
    'Cilium knows node/w1 by an identity that depends on the way a packet takes',
    { says: 'allow', held: maps([]), from: 'node/w1' },
  ],
  ['SCTP is not looked up in Cilium’s maps', { says: 'allow', held: maps([]), protocol: 'SCTP' }],
])('%s', (why, asked) => {
  expect(told(asked)).toBe(why);
});

test.each<[string, CiliumMaps]>([
  ['without its map', maps()],
  ['without an endpoint', { ...maps([allows()]), endpoints: [] }],
  ['without an identity for the other', { ...maps([allows()]), identities: [] }],
])('%s nothing is compared', (_, held) => {
  expect(told({ held, says: 'allow' })).toBeUndefined();
});

const shown = (says: Verdict, entries: readonly CiliumPolicyEntry[]) => {
  const found = drifts({ says, held: maps(entries) });
  return found && !('skips' in found) && found.map(({ shows, command }) => [shows, command]);
};

test('it shows the entry, or that there is none', () => {
  const command = 'cilium-dbg bpf policy get 1913';
  expect(shown('allow', [])).toEqual([['no entry of endpoint 1913 for identity 20417, ingress 8080/tcp', command]]);
  expect(shown('deny', [allows()])).toEqual([['Allow Ingress 20417 ANY', command]]);
});
