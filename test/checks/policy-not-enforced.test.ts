import check from '../../src/checks/l4-transport/policy-not-enforced.js';
import { policy } from '../../src/checks/samples-policy.js';
import { testCheck } from '../support/test-check.js';

const flannel = { namespaceLabels: {}, enforces: false, cni: 'flannel', selecting: [policy()] } as const;

testCheck(check, {
  passes: {
    'an engine is there': [
      { policies: { ...flannel, enforces: true, cni: 'calico' } },
      '1 policies select it, and calico is there to enforce them',
    ],
  },
  fails: {
    'flannel alone': [
      { policies: flannel },
      'risk',
      'default-deny selects pod/api-7c9f-x2kq, and nothing enforces it: flannel alone has no policy engine',
    ],
  },
  skips: {
    'no policy': [{ policies: { ...flannel, selecting: [] } }, 'no NetworkPolicy selects the pod'],
    'an unknown CNI': [
      { policies: { ...flannel, enforces: 'unknown', cni: 'unknown' } },
      'whether unknown enforces policies is not told by the API',
    ],
  },
});
