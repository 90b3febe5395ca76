import check from '../../src/checks/l4-transport/policy-peers-combined.js';
import { survey } from '../../src/checks/policy-lint.js';
import { pod } from '../../src/checks/samples.js';
import { policy } from '../../src/checks/samples-policy.js';
import type { PolicyRule } from '../../src/facts/kube.js';
import { testCheck } from '../support/test-check.js';

const by = (matchLabels: Readonly<Record<string, string>>) => ({ matchLabels, matchExpressions: [] });
const of = (...peers: PolicyRule['peers']) => ({
  policySurvey: survey({
    policies: [policy({ ingress: [{ ports: [], peers }] })],
    namespaces: new Map([
      ['shop', { team: 'shop' }],
      ['ops', { team: 'ops' }],
    ]),
    pods: [pod(), pod({ namespace: 'ops', name: 'prometheus', labels: { app: 'prometheus' } })],
  }),
});
const [ops, api] = [{ namespaceSelector: by({ team: 'ops' }) }, { podSelector: by({ app: 'api' }) }];
const PASS = '1 NetworkPolicy looked at, none at fault';

testCheck(check, {
  passes: {
    'two items': [of(ops, api), PASS],
    'one item that matches': [of({ ...ops, podSelector: by({ app: 'prometheus' }) }), PASS],
    'one item of which a half matches nobody either': [of({ ...ops, podSelector: by({ app: 'nobody' }) }), PASS],
  },
  fails: {
    'one item where two were meant': [
      of({ ...ops, ...api }),
      'risk',
      'ingress rule 1 of shop/default-deny wants namespace and pod together, which match no pod, while each alone does',
    ],
  },
});
