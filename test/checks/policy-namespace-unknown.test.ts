import check from '../../src/checks/l4-transport/policy-namespace-unknown.js';
import { survey } from '../../src/checks/policy-lint.js';
import { policy } from '../../src/checks/samples-policy.js';
import type { Selector } from '../../src/facts/kube.js';
import { testCheck } from '../support/test-check.js';

const by = (selector: Partial<Selector>) => {
  const namespaceSelector = { matchLabels: {}, matchExpressions: [], ...selector };
  return { policySurvey: survey({ policies: [policy({ egress: [{ ports: [], peers: [{ namespaceSelector }] }] })] }) };
};

testCheck(check, {
  passes: {
    'every namespace': [by({}), '1 NetworkPolicy looked at, none at fault'],
    'by its name': [
      by({ matchLabels: { 'kubernetes.io/metadata.name': 'shop' } }),
      '1 NetworkPolicy looked at, none at fault',
    ],
  },
  fails: {
    'a label nobody set': [
      by({ matchLabels: { name: 'shop' } }),
      'risk',
      'egress rule 1 of shop/default-deny means namespaces with name=shop, and there is none',
    ],
    'an expression': [
      by({ matchExpressions: [{ key: 'team', operator: 'In', values: ['a', 'b'] }] }),
      'risk',
      'egress rule 1 of shop/default-deny means namespaces with team In a, b, and there is none',
    ],
  },
});
