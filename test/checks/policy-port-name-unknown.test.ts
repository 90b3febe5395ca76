import check from '../../src/checks/l4-transport/policy-port-name-unknown.js';
import { survey } from '../../src/checks/policy-lint.js';
import { container, pod } from '../../src/checks/samples.js';
import { enforcer, policy } from '../../src/checks/samples-policy.js';
import { testCheck } from '../support/test-check.js';

const of = (protocol: string, port: string | number, pods = [pod()]) => ({
  policySurvey: survey({ policies: [policy({ ingress: [{ ports: [{ protocol, port }], peers: [] }] })], pods }),
});
const other = pod({
  namespace: 'web',
  name: 'front',
  uid: 'front',
  containers: [container({ ports: [{ name: 'http', port: 80, protocol: 'TCP' }] })],
});
/** An egress rule about nobody in particular. */
const out = (pods = [pod(), other], version = '1.16.5') => ({
  policySurvey: survey({
    policies: [policy({ types: ['Egress'], egress: [{ ports: [{ protocol: 'TCP', port: 'http' }], peers: [] }] })],
    pods,
    enforcer: enforcer({ name: 'cilium', says: 'cilium', version }),
  }),
});
const PASS = '1 NetworkPolicy looked at, none at fault';

testCheck(check, {
  passes: {
    'its name': [of('TCP', 'http'), PASS],
    'a number': [of('TCP', 80), PASS],
    'one number in all pods, for Cilium': [out([pod()]), PASS],
    'two numbers, and a Cilium that may look at the rule’s own pods': [out(undefined, '1.20.0'), PASS],
    'two numbers, of which a pod without an address has one': [out([pod(), { ...other, hostNetwork: true }]), PASS],
    'no pod to look it up in': [of('TCP', 'web', []), PASS],
  },
  fails: {
    'a name nobody gave': [
      of('TCP', 'web'),
      'risk',
      'ingress rule 1 of shop/default-deny allows port "web", and no pod it is about names a TCP port so',
    ],
    'a name of two numbers, for Cilium': [
      out(),
      'risk',
      'egress rule 1 of shop/default-deny allows port "http", which is 8080 in shop/api-7c9f-x2kq and 80 in web/front, and Cilium before 1.20 then allows neither',
    ],
    'the name of another protocol': [
      of('UDP', 'http'),
      'risk',
      'ingress rule 1 of shop/default-deny allows port "http", and no pod it is about names a UDP port so',
    ],
  },
});
