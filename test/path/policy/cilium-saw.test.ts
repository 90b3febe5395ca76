// What Cilium v1.16.5 did in the lab with random policies of seeds 1616 and 1617, where it differs from what the API says.
import { expect, test } from 'vitest';
import { container } from '../../../src/checks/samples.js';
import { enforcer } from '../../../src/checks/samples-policy.js';
import type { PolicyObject } from '../../../src/facts/kube.js';
import { doubtsOf } from '../../../src/path/policy/intended.js';
import { egress, PODS, saysOf } from './drawn.js';

const cilium = (version?: string) =>
  enforcer({ name: 'cilium', says: 'cilium', ...(version === undefined ? {} : { version }) });
const by = cilium('1.16.5');

const named = (port: string, protocol = 'TCP') => ({ protocol, port });
const tier = (value: string) => ({ matchLabels: { tier: value } });
const app = { matchExpressions: [{ key: 'app', operator: 'Exists' }] };
const untiered = { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] };
const poda = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'pol-a' } } };
const teamb = { namespaceSelector: { matchLabels: { team: 'b' } } };

const SET_1617_11 = [
  egress('pol-b', tier('back'), { ports: [named('echo')] }, { to: [{ podSelector: untiered }, poda] }),
];
const SET_1617_18 = [egress('pol-a', tier('back'), { to: [teamb], ports: [named('echo', 'UDP'), named('echo')] })];
const SET_1617_26 = [egress('pol-c', app, { ports: [named('web')] })];
const SET_1617_50 = [egress('pol-b', {}, { ports: [{ protocol: 'TCP', port: 9000 }, named('http')] })];

test.each<[string, readonly PolicyObject[]]>([
  ['b2 > b1 9000/tcp', SET_1617_11],
  ['b2 > c1 9000/tcp', SET_1617_11],
  ['b2 > c2 9000/tcp', SET_1617_11],
  ['a2 > b1 9000/tcp', SET_1617_18],
  ['c1 > a1 8080/tcp', SET_1617_26],
  ['c1 > b2 8080/tcp', SET_1617_26],
  ['b1 > c1 8080/tcp', SET_1617_50],
  ['b2 > c2 8080/tcp', SET_1617_50],
])('%s was answered: a name is looked up in all pods, and holds for every destination', (flow, policies) => {
  expect(saysOf(flow, policies, { by }).says).toBe('allow');
  // The API means the destination’s own port.
  expect(saysOf(flow, policies, { by: enforcer({ name: 'calico', says: 'calico' }) }).says).toBe('deny');
});

const clash = [...PODS.slice(0, -1), { ...PODS.at(-1)!, containers: [container({ ports: [webAt(9000)] })] }];
function webAt(port: number) {
  return { name: 'web', port, protocol: 'TCP' };
}

test('a name that stands for two numbers allows neither', () => {
  expect(saysOf('c1 > a2 8080/tcp', SET_1617_26, { by, siblings: clash }).says).toBe('deny');
  expect(saysOf('c1 > c2 9000/tcp', SET_1617_26, { by, siblings: clash }).says).toBe('deny');
});

test.each<[string, Parameters<typeof saysOf>[2], string]>([
  [
    'where only two namespaces were read, another may give the name another number',
    { by, siblingsAreAll: false },
    'cilium looks port "web" up in the pods of every namespace, of which only those of the two ends were read',
  ],
  ['1.19 may have it either way', { by: cilium('1.19.2') }, ofVersion()],
  ['a version that nobody tells', { by: cilium() }, ofVersion()],
])('%s', (_, options, doubt) => {
  const told = saysOf('c1 > a2 8080/tcp', SET_1617_26, options);
  expect([told.says, ...doubtsOf(told)]).toEqual(['unknown', doubt]);
});
function ofVersion() {
  return 'until 1.18 Cilium looks port "web" up in all pods of the cluster, from 1.20 on in those that the rule means; which way this one does it is not known';
}

test('what certainly does not match needs no other pods', () => {
  expect(saysOf('c1 > a1 9000/tcp', SET_1617_26, { by, siblingsAreAll: false }).says).toBe('deny');
  expect(saysOf('c1 > a2 8080/tcp', SET_1617_26, { by, siblings: clash, siblingsAreAll: false }).says).toBe('deny');
});

test.each<[string | undefined, 'allow' | 'deny' | 'unknown']>([
  ['1.15.7', 'deny'],
  ['1.16.0', 'allow'],
  ['1.19.0', 'allow'],
  [undefined, 'unknown'],
])('endPort on Cilium %s: %s', (version, says) => {
  const ranged = [egress('pol-c', app, { ports: [{ protocol: 'TCP', port: 8000, endPort: 8080 }] })];
  expect(saysOf('c1 > a1 8080/tcp', ranged, { by: cilium(version) }).says).toBe(says);
});
