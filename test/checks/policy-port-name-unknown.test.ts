import check from '../../src/checks/l4-transport/policy-port-name-unknown.js';
import { survey } from '../../src/checks/policy-lint.js';
import { pod } from '../../src/checks/samples.js';
import { policy } from '../../src/checks/samples-policy.js';
import { testCheck } from '../support/test-check.js';

const of = (protocol: string, port: string | number, pods = [pod()]) => ({
  policySurvey: survey({ policies: [policy({ ingress: [{ ports: [{ protocol, port }], peers: [] }] })], pods }),
});
const PASS = '1 NetworkPolicy looked at, none at fault';

testCheck(check, {
  passes: {
    'its name': [of('TCP', 'http'), PASS],
    'a number': [of('TCP', 80), PASS],
    'no pod to look it up in': [of('TCP', 'web', []), PASS],
  },
  fails: {
    'a name nobody gave': [
      of('TCP', 'web'),
      'risk',
      'ingress rule 1 of shop/default-deny allows port "web", and no pod it is about names a TCP port so',
    ],
    'the name of another protocol': [
      of('UDP', 'http'),
      'risk',
      'ingress rule 1 of shop/default-deny allows port "http", and no pod it is about names a UDP port so',
    ],
  },
});
