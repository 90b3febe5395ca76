import check from '../../src/checks/l4-transport/policy-selects-nothing.js';
import { survey } from '../../src/checks/policy-lint.js';
import { pod } from '../../src/checks/samples.js';
import { policy } from '../../src/checks/samples-policy.js';
import { testCheck } from '../support/test-check.js';

const elsewhere = policy({ namespace: 'default' });
const typo = policy({ name: 'typo', podSelector: { matchLabels: { app: 'apy' }, matchExpressions: [] } });
const of = (policies: Parameters<typeof survey>[0]) => ({ policySurvey: survey({ pods: [pod()], ...policies }) });

testCheck(check, {
  passes: { 'the pod of its namespace': [of({ policies: [policy()] }), '1 NetworkPolicy looked at, none at fault'] },
  fails: {
    'in another namespace than the pods': [
      of({ policies: [elsewhere] }),
      'risk',
      'NetworkPolicy default/default-deny selects no pod of its namespace',
    ],
    'two of three': [
      of({ policies: [policy(), typo, elsewhere] }),
      'risk',
      'NetworkPolicy shop/typo selects no pod of its namespace; the same of default/default-deny',
    ],
  },
  skips: { 'no policy': [of({}), 'the cluster has no NetworkPolicy'] },
});
