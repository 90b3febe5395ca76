import check from '../../src/checks/l4-transport/policy-closes-all.js';
import { survey } from '../../src/checks/policy-lint.js';
import { pod } from '../../src/checks/samples.js';
import { policy } from '../../src/checks/samples-policy.js';
import type { PolicyObject } from '../../src/facts/kube.js';
import { testCheck } from '../support/test-check.js';

const of = (...policies: readonly PolicyObject[]) => ({ policySurvey: survey({ policies, pods: [pod()] }) });
const opens = policy({ name: 'opens', ingress: [{ ports: [], peers: [] }] });
const elsewhere = policy({ namespace: 'default' });

testCheck(check, {
  passes: {
    'one closes and one opens': [of(policy(), opens), '2 NetworkPolicies looked at, none at fault'],
    'no pod is closed': [of(elsewhere), '1 NetworkPolicy looked at, none at fault'],
  },
  fails: {
    'ingress without a rule': [
      of(policy()),
      'risk',
      'shop/default-deny closes pods such as pod/api-7c9f-x2kq, and no rule opens any: nothing gets in',
    ],
    'egress, though ingress is opened': [
      of(opens, policy({ name: 'no-egress', types: ['Egress'] })),
      'risk',
      'shop/no-egress closes pods such as pod/api-7c9f-x2kq, and no rule opens any: nothing gets out',
    ],
  },
});
