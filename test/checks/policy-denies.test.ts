import { expect, test } from 'vitest';
import check from '../../src/checks/l4-transport/policy-denies.js';
import { apiEnd, enforcer, intendedOf, into, NOBODY, policy, webEnd } from '../../src/checks/samples-policy.js';
import { readPolicy } from '../../src/facts/read/kube-policy.js';
import { testCheck } from '../support/test-check.js';

const closed = into(policy());
const of = (different: Parameters<typeof intendedOf>[0]) => ({ policyVerdict: intendedOf(different) });
const onlyWeb = policy({
  name: 'only-web',
  ingress: [{ ports: [], peers: [{ podSelector: { matchLabels: { app: 'web' }, matchExpressions: [] } }] }],
});
const SAYS =
  'ingress to pod/api-7c9f-x2kq is closed by NetworkPolicy default-deny: no rule allows 8080/tcp, as it has no ingress rule';
const FITS =
  '; seen: refused, which fits: kube-router answers what it denies with an ICMP error, which reads as refused';
const ODD =
  '; seen: timeout, which is not how kube-router denies (it answers what it denies with an ICMP error, which reads as refused): something else may stop it first';

testCheck(check, {
  passes: {
    'no policy': [of({}), 'no policy closes it'],
    'a rule allows it': [
      of(into(policy(), onlyWeb)),
      'ingress to pod/api-7c9f-x2kq is allowed by NetworkPolicy only-web, its ingress rule 1',
    ],
    'nobody enforces it': [
      of({ ...closed, enforcer: NOBODY }),
      'NetworkPolicy default-deny would close it, and nothing enforces policies here',
    ],
    'it was answered': [
      of({ ...closed, observed: 'connected' }),
      'NetworkPolicy default-deny would close it, and yet it was answered',
    ],
  },
  fails: {
    'closed, and seen to fail': [of(closed), 'outage', SAYS + FITS],
    'closed, and seen to fail otherwise than it would': [of({ ...closed, observed: 'timeout' }), 'risk', SAYS + ODD],
    'closed, not tried': [of({ ...closed, observed: 'none' }), 'risk', SAYS],
    'whether anybody enforces is not known': [
      of({ ...closed, enforcer: enforcer({ enforces: 'unknown' }) }),
      'risk',
      SAYS,
    ],
    'one backend of two': [
      of({ dests: [...closed.dests, { end: apiEnd, port: 8080 }], observed: 'mixed' }),
      'degraded',
      SAYS,
    ],
    'egress first': [
      of({ ...closed, source: { ...webEnd, selecting: [policy({ name: 'no-egress', types: ['Egress'] })] } }),
      'outage',
      `egress from pod/web is closed by NetworkPolicy no-egress: no rule allows 8080/tcp, as it has no egress rule${FITS}`,
    ],
  },
  skips: {
    'two nodes': [
      { policyVerdict: { kind: 'does-not-apply', why: 'neither end is a pod with an address of its own' } },
      'neither end is a pod with an address of its own',
    ],
    'a lookup': [of({ ...closed, dns: true }), 'the flow is a lookup: policy-blocks-dns judges it'],
  },
});

test('policyTypes as the API defaults them', () => {
  expect(readPolicy({ metadata: { namespace: 'a', name: 'b' }, spec: { podSelector: {} } }).types).toEqual(['Ingress']);
  expect(readPolicy({ spec: { egress: [{ to: [{ podSelector: { matchLabels: { a: 'b' } } }] }] } })).toMatchObject({
    types: ['Ingress', 'Egress'],
    egress: [{ ports: [], peers: [{ podSelector: { matchLabels: { a: 'b' }, matchExpressions: [] } }] }],
  });
});
