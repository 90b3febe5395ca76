import { expect, test } from 'vitest';
import check from '../../src/checks/l4-transport/policy-denies.js';
import { policed, policy } from '../../src/checks/samples-policy.js';
import type { PolicyRule, Selector } from '../../src/facts/kube.js';
import { readPolicy } from '../../src/facts/read/kube-policy.js';
import { denials } from '../../src/path/policy/denials.js';
import { testCheck } from '../support/test-check.js';

const of = (matchLabels: Record<string, string>): Selector => ({ matchLabels, matchExpressions: [] });
const into = (...ingress: PolicyRule[]) => ({
  ...policed,
  dest: { ...policed.dest, selecting: [policy({ ingress })] },
});
const peer = (each: PolicyRule['peers'][number]): PolicyRule => ({ ports: [], peers: [each] });
const closed = into();

testCheck(check, {
  passes: {
    'no policy': [{ policed }, 'no policy closes it'],
    'nobody enforces it': [
      { policed: { ...closed, enforces: false } },
      'default-deny would close it, and nothing enforces policies here',
    ],
    'it was answered': [
      { policed: { ...closed, observed: 'connected' } },
      'default-deny would close it, and yet it was answered',
    ],
  },
  fails: {
    'closed, and seen to fail': [
      { policed: closed },
      'outage',
      'ingress to pod/api-7c9f-x2kq is closed by NetworkPolicy default-deny: no rule allows 8080/tcp',
    ],
    'closed, not tried': [
      { policed: { ...closed, observed: 'none' } },
      'risk',
      'ingress to pod/api-7c9f-x2kq is closed by NetworkPolicy default-deny: no rule allows 8080/tcp',
    ],
    'by an engine we do not know': [
      { policed: { ...closed, enforces: 'unknown' } },
      'risk',
      'ingress to pod/api-7c9f-x2kq is closed by NetworkPolicy default-deny: no rule allows 8080/tcp',
    ],
  },
  skips: {
    'a node': [{ policed: { kind: 'does-not-apply', why: 'the flow starts at no pod' } }, 'the flow starts at no pod'],
    'a lookup': [{ policed: { ...closed, dns: true } }, 'the flow is a lookup: policy-blocks-dns judges it'],
  },
});

const open = (rule: PolicyRule): boolean => denials(into(rule)).length === 0;

test('what a rule allows', () => {
  expect(open({ ports: [], peers: [] })).toBe(true);
  expect(open({ ports: [{ protocol: 'TCP', port: 8080 }], peers: [] })).toBe(true);
  expect(open({ ports: [{ protocol: 'TCP', port: 'http' }], peers: [] })).toBe(true);
  expect(open({ ports: [{ protocol: 'TCP', port: 8000, endPort: 8100 }], peers: [] })).toBe(true);
  // The port of the Service, and another protocol, are the usual mistakes.
  expect(open({ ports: [{ protocol: 'TCP', port: 80 }], peers: [] })).toBe(false);
  expect(open({ ports: [{ protocol: 'UDP', port: 8080 }], peers: [] })).toBe(false);
  expect(open(peer({ podSelector: of({ app: 'web' }) }))).toBe(true);
  expect(open(peer({ podSelector: of({ app: 'other' }) }))).toBe(false);
  expect(open(peer({ namespaceSelector: of({}) }))).toBe(true);
  expect(open(peer({ namespaceSelector: of({ team: 'a' }), podSelector: of({ app: 'web' }) }))).toBe(false);
  expect(open(peer({ ipBlock: { cidr: '10.244.0.0/16', except: [] } }))).toBe(true);
  expect(open(peer({ ipBlock: { cidr: '10.244.0.0/16', except: ['10.244.1.0/24'] } }))).toBe(false);
});

test('a policy stays in its own namespace, and egress and ingress both must allow', () => {
  const stranger = { ...policed.source, pod: { ...policed.source.pod, namespace: 'store' } };
  expect(denials({ ...into(peer({ podSelector: of({}) })), source: stranger })).toHaveLength(1);
  const egress = policy({ name: 'no-egress', types: ['Egress'] });
  const both = { ...closed, source: { ...policed.source, selecting: [egress] } };
  expect(denials(both).map(({ direction, by }) => `${direction} ${by[0]?.name ?? ''}`)).toEqual([
    'Egress no-egress',
    'Ingress default-deny',
  ]);
});

test('policyTypes as the API defaults them', () => {
  expect(readPolicy({ metadata: { namespace: 'a', name: 'b' }, spec: { podSelector: {} } }).types).toEqual(['Ingress']);
  expect(readPolicy({ spec: { egress: [{ to: [{ podSelector: { matchLabels: { a: 'b' } } }] }] } })).toMatchObject({
    types: ['Ingress', 'Egress'],
    egress: [{ ports: [], peers: [{ podSelector: { matchLabels: { a: 'b' }, matchExpressions: [] } }] }],
  });
});
