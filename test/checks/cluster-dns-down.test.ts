import check from '../../src/checks/l7-application/cluster-dns-down.js';
import { clusterDns, endpoint } from '../../src/checks/samples.js';
import { testCheck } from '../support/test-check.js';

testCheck(check, {
  passes: {
    'one endpoint, three ports': [
      {
        dns: clusterDns({
          endpoints: [
            endpoint({ portName: 'dns' }),
            endpoint({ portName: 'dns-tcp' }),
            endpoint({ portName: 'metrics' }),
          ],
        }),
        dnsUnready: [],
      },
      '1 nameserver endpoints ready',
    ],
    'one of two ready': [
      {
        dns: clusterDns({ endpoints: [endpoint(), endpoint({ ip: '10.244.2.2', ready: false })] }),
        dnsUnready: [{ pod: 'coredns-2', why: 'x' }],
      },
      '1 nameserver endpoints ready',
    ],
  },
  fails: {
    'scaled to zero': [
      { dns: clusterDns({ endpoints: [], pods: [] }), dnsUnready: [] },
      'outage',
      'no pod carries k8s-app=kube-dns, so nothing answers lookups',
    ],
    'a forwarding loop': [
      {
        dns: clusterDns({ endpoints: [endpoint({ ready: false })] }),
        dnsUnready: [{ pod: 'coredns-1', why: '[FATAL] plugin/loop: Loop (127.0.0.1:55953 -> :53) detected' }],
      },
      'outage',
      'none of 1 nameserver pods is ready: pod/coredns-1: [FATAL] plugin/loop: Loop (127.0.0.1:55953 -> :53) detected',
    ],
  },
  skips: {
    'another nameserver': [
      { dns: { endpoints: [], pods: [], forwards: [] }, dnsUnready: [] },
      'no Service kube-dns in kube-system: another nameserver is in use',
    ],
  },
});
