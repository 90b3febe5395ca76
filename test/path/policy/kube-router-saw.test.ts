// What kube-router v2.2.1 did in the lab with random policies of seed 4711, where it differs from what the API says: the
// policies as drawn, and who was answered. Only those about the two ends are kept.
import { expect, test } from 'vitest';
import { enforcer } from '../../../src/checks/samples-policy.js';
import type { PolicyObject } from '../../../src/facts/kube.js';
import { doubtsOf } from '../../../src/path/policy/intended.js';
import { egress, ingress, PODS, saysOf } from './drawn.js';

const app = (value: string) => ({ matchLabels: { app: value } });
const tcp = (port: string) => [{ protocol: 'TCP', port }];
const block = (cidr: string, ...except: readonly string[]) => ({ ipBlock: { cidr, except } });

const untiered = { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] };
const SET_12 = [egress('pol-c', untiered, { ports: tcp('web') })];
const SET_34 = [
  egress(
    'pol-c',
    app('web'),
    { ports: [{ port: 9000 }] },
    { to: [{ podSelector: app('web') }, block('0.0.0.0/0', '10.200.1.0/24')], ports: tcp('web') },
  ),
];
const SET_36_A = [
  egress('pol-a', app('db'), { to: [block('0.0.0.0/0', '10.200.2.9/32', '10.200.2.10/32')] }, { ports: tcp('http') }),
];
const SET_36_B = [
  egress(
    'pol-b',
    { matchExpressions: [{ key: 'app', operator: 'Exists' }] },
    {
      ports: [
        { protocol: 'UDP', port: 'echo-udp' },
        { protocol: 'TCP', port: 8000, endPort: 8080 },
      ],
    },
    { to: [block('10.200.1.6/32')], ports: tcp('http') },
  ),
];
const SET_49 = [
  ingress(
    'pol-c',
    app('web'),
    { from: [{ podSelector: {} }] },
    { from: [block('0.0.0.0/0', '10.200.1.8/32', '10.200.1.5/32')], ports: [{ protocol: 'UDP', port: 'echo' }] },
  ),
];
const SET_51 = [
  egress(
    'pol-c',
    { matchExpressions: [{ key: 'tier', operator: 'Exists' }] },
    { to: [block('192.168.108.0/24')] },
    { to: [block('10.200.0.0/16')], ports: tcp('http') },
  ),
];
const udpNamed = [{ protocol: 'UDP', port: 'echo-udp' }];
const SET_71 = [
  egress('pol-a', app('api'), { to: [{ namespaceSelector: { matchLabels: { env: 'prod' } } }], ports: tcp('echo') }),
];
const SET_94 = [ingress('pol-a', {}, { from: [{ podSelector: {} }], ports: udpNamed })];
const SET_105 = [
  egress('pol-a', app('web'), {
    to: [block('0.0.0.0/0', '10.200.2.11/32', '10.200.1.9/32'), block('0.0.0.0/0', '10.200.1.7/32', '10.200.2.11/32')],
    ports: [{ protocol: 'TCP', port: 8080 }],
  }),
];

test.each<[string, readonly PolicyObject[], 'allow' | 'deny']>([
  ['c1 > c2 8080/tcp', SET_12, 'allow'],
  ['c1 > b2 8080/tcp', SET_34, 'deny'],
  ['c1 > b2 9001/udp', SET_34, 'deny'],
  ['a3 > c2 8080/tcp', SET_36_A, 'allow'],
  ['b1 > a3 9000/tcp', SET_36_B, 'deny'],
  ['b1 > c2 9001/udp', SET_36_B, 'allow'],
  ['b2 > a3 9000/tcp', SET_36_B, 'deny'],
  ['b2 > c1 8080/tcp', SET_49, 'deny'],
  ['b2 > c1 9000/tcp', SET_49, 'deny'],
  ['c2 > a1 8080/tcp', SET_51, 'deny'],
  ['c2 > b2 8080/tcp', SET_51, 'deny'],
  ['c2 > c1 8080/tcp', SET_51, 'deny'],
  ['c2 > c1 9000/tcp', SET_51, 'deny'],
  ['a1 > b1 8080/tcp', SET_105, 'deny'],
  ['a1 > b2 8080/tcp', SET_105, 'allow'],
])('%s', (flow, policies, seen) => {
  expect(saysOf(flow, policies).says).toBe(seen);
});

test.each<[string, readonly PolicyObject[], string]>([
  ['a2 > b1 9000/tcp', SET_71, 'kube-router may take "echo" of pod/a1 for pod/b1 too, as both have "http" 8080/TCP'],
  [
    'a3 > a2 9001/udp',
    SET_94,
    'kube-router may take "echo-udp" of pod/a1 for pod/a2 too, as both have "echo" 9000/TCP',
  ],
])('%s was answered against the API in some syncs, and not in others', (flow, policies, doubt) => {
  const told = saysOf(flow, policies);
  expect([told.says, ...doubtsOf(told)]).toEqual(['unknown', doubt]);
  // An enforcer without that mistake is not doubted.
  expect(saysOf(flow, policies, { by: enforcer({ name: 'calico', says: 'calico' }) }).says).toBe('deny');
});

test('a pod of a namespace that was not read may be the one it is mixed up with', () => {
  const siblings = PODS.filter(({ namespace }) => namespace === 'pol-c');
  const told = saysOf('a2 > b1 9000/tcp', SET_71, { siblings });
  expect(doubtsOf(told)).toEqual(['kube-router may mix port "echo" of pods in namespaces that were not read']);
});

test('a pod that shares no port with one that has the name is not mixed up with it', () => {
  expect(saysOf('a1 > c2 9001/udp', [ingress('pol-c', {}, { ports: udpNamed })]).says).toBe('deny');
});
