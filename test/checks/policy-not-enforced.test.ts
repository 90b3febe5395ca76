import check from '../../src/checks/l4-transport/policy-not-enforced.js';
import { enforcer, NOBODY, policy } from '../../src/checks/samples-policy.js';
import { testCheck } from '../support/test-check.js';

const selecting = [policy()];

testCheck(check, {
  passes: {
    'an engine is there': [
      { policies: { selecting, enforcer: enforcer({ name: 'calico', says: 'calico' }) } },
      'default-deny selects it, and calico is there to enforce it',
    ],
  },
  fails: {
    'flannel alone': [
      { policies: { selecting, enforcer: NOBODY } },
      'risk',
      'default-deny selects pod/api-7c9f-x2kq, and nothing enforces it: flannel alone has no policy engine',
    ],
    'an engine that is there and sleeps': [
      { policies: { selecting, enforcer: enforcer({ name: 'none', enforces: false }) } },
      'risk',
      'default-deny selects pod/api-7c9f-x2kq, and nothing enforces it: the policy engine of kube-router is off, or this version has none',
    ],
  },
  skips: {
    'no policy': [{ policies: { selecting: [], enforcer: NOBODY } }, 'no NetworkPolicy selects the pod'],
    'an unknown CNI': [
      {
        policies: {
          selecting,
          enforcer: enforcer({ name: 'unknown', says: 'no network agent that we know', enforces: 'unknown' }),
        },
      },
      'the API does not show whether anybody enforces policies here (no network agent that we know)',
    ],
  },
});
