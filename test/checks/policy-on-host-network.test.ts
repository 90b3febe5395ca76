import check from '../../src/checks/l4-transport/policy-on-host-network.js';
import { survey } from '../../src/checks/policy-lint.js';
import { pod } from '../../src/checks/samples.js';
import { policy } from '../../src/checks/samples-policy.js';
import { testCheck } from '../support/test-check.js';

const of = (...hostNetwork: readonly boolean[]) => ({
  policySurvey: survey({ policies: [policy()], pods: hostNetwork.map((host) => pod({ hostNetwork: host })) }),
});
const PASS = '1 NetworkPolicy looked at, none at fault';

testCheck(check, {
  passes: { 'one of two has its own': [of(true, false), PASS], 'none at all': [of(), PASS] },
  fails: {
    'all of them': [
      of(true, true),
      'risk',
      'NetworkPolicy shop/default-deny selects only pods in their node’s network, on which it has no effect',
    ],
  },
});
