import check from '../../src/checks/l4-transport/policy-types-forgotten.js';
import { survey } from '../../src/checks/policy-lint.js';
import { policy } from '../../src/checks/samples-policy.js';
import type { PolicyObject } from '../../src/facts/kube.js';
import { testCheck } from '../support/test-check.js';

const rule = [{ ports: [], peers: [] }];
const of = (one: Partial<PolicyObject>) => ({ policySurvey: survey({ policies: [policy(one)] }) });

testCheck(check, {
  passes: {
    'a type without rules closes': [
      of({ types: ['Ingress', 'Egress'], ingress: rule }),
      '1 NetworkPolicy looked at, none at fault',
    ],
  },
  fails: {
    'egress rules of an ingress policy': [
      of({ egress: rule }),
      'risk',
      'NetworkPolicy shop/default-deny has egress rules, and its policyTypes are Ingress: they are ignored',
    ],
    'ingress rules of an egress policy': [
      of({ types: ['Egress'], ingress: rule }),
      'risk',
      'NetworkPolicy shop/default-deny has ingress rules, and its policyTypes are Egress: they are ignored',
    ],
  },
});
