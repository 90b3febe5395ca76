import check from '../../src/checks/l4-transport/policy-block-covers-cluster.js';
import { survey } from '../../src/checks/policy-lint.js';
import { policy } from '../../src/checks/samples-policy.js';
import { testCheck } from '../support/test-check.js';

const of = (cidr: string, except: readonly string[] = []) => ({
  policySurvey: survey({ policies: [policy({ ingress: [{ ports: [], peers: [{ ipBlock: { cidr, except } }] }] })] }),
});
const PASS = '1 NetworkPolicy looked at, none at fault';

testCheck(check, {
  passes: {
    'the world beyond': [of('203.0.113.0/24'), PASS],
    everything: [of('0.0.0.0/0'), PASS],
    'the range of pods is an exception': [of('10.240.0.0/12', ['10.244.0.0/16']), PASS],
    'one address beside the pods': [of('10.245.0.1/32'), PASS],
  },
  fails: {
    'a Service’s address': [
      of('10.96.7.20/32'),
      'risk',
      'ingress rule 1 of shop/default-deny holds 10.96.7.20/32, addresses of Services, which no policy sees',
    ],
    'pods of one node': [
      of('10.244.3.0/24'),
      'risk',
      'ingress rule 1 of shop/default-deny holds 10.244.3.0/24, addresses of pods, which not every enforcer matches',
    ],
    'wider than the range of pods': [
      of('10.240.0.0/12'),
      'risk',
      'ingress rule 1 of shop/default-deny holds 10.240.0.0/12, addresses of pods, which not every enforcer matches',
    ],
  },
});
