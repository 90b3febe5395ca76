import check from '../../src/checks/l4-transport/policy-forgets-dns.js';
import { survey } from '../../src/checks/policy-lint.js';
import { pod } from '../../src/checks/samples.js';
import { policy } from '../../src/checks/samples-policy.js';
import type { PolicyRule } from '../../src/facts/kube.js';
import { testCheck } from '../support/test-check.js';

const labels = { 'k8s-app': 'kube-dns' };
const dns = pod({ namespace: 'kube-system', name: 'coredns-x', uid: 'dns', ip: '10.244.0.2', labels });
const of = (egress: readonly PolicyRule[], pods = [pod(), dns]) => ({
  policySurvey: survey({ policies: [policy({ name: 'egress', types: ['Egress'], egress })], pods }),
});
const both = ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 }));
const byPod = {
  namespaceSelector: { matchLabels: {}, matchExpressions: [] },
  podSelector: { matchLabels: labels, matchExpressions: [] },
};
const PASS = '1 NetworkPolicy looked at, none at fault';

testCheck(check, {
  passes: {
    'port 53 to anybody': [of([{ peers: [], ports: both }]), PASS],
    'everything to the nameservers': [of([{ peers: [byPod], ports: [] }]), PASS],
    'no nameserver that we know': [of([], [pod()]), PASS],
  },
  fails: {
    'no rule at all': [of([]), 'risk', 'shop/egress keeps pod/api-7c9f-x2kq from port 53 over UDP and TCP'],
    'UDP alone': [
      of([{ peers: [], ports: both.slice(0, 1) }]),
      'risk',
      'shop/egress keeps pod/api-7c9f-x2kq from port 53 over TCP',
    ],
    'to nameservers of its own namespace, where none are': [
      of([{ peers: [{ podSelector: byPod.podSelector }], ports: both }]),
      'risk',
      'shop/egress keeps pod/api-7c9f-x2kq from port 53 over UDP and TCP',
    ],
  },
});
