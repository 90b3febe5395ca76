import check from '../../src/checks/l4-transport/policy-stale.js';
import { drift, drifted } from '../../src/checks/samples-drift.js';
import { testCheck } from '../support/test-check.js';

const closes = drift();
const opens = drift({ says: 'w2 still has pod/db (10.244.1.9) in KUBE-SRC-X of only-web', hits: 'opens' });
const of = (different: Parameters<typeof drifted>[0]) => ({ policyDrift: drifted(different) });

testCheck(check, {
  passes: {
    'two nodes': [of({}), 'w1 and w2 have programmed what the policies say'],
    'one node': [of({ nodes: ['w1'] }), 'w1 has programmed what the policies say'],
  },
  fails: {
    'it closes what is allowed, and was seen to fail': [of({ drifts: [closes] }), 'outage', closes.says],
    'it closes what is allowed, not tried': [of({ drifts: [closes], observed: 'none' }), 'degraded', closes.says],
    'it closes what is allowed, and yet it was answered': [
      of({ drifts: [closes], observed: 'connected' }),
      'risk',
      closes.says,
    ],
    'it opens what is denied': [of({ drifts: [opens], says: 'deny', observed: 'connected' }), 'risk', opens.says],
    'what closes is told first where policies allow': [
      of({ drifts: [opens, closes] }),
      'outage',
      `${closes.says}; ${opens.says}`,
    ],
  },
  skips: {
    'another engine': [
      { policyDrift: { kind: 'does-not-apply', why: 'what calico programs is not compared with the policies' } },
      'what calico programs is not compared with the policies',
    ],
  },
});
