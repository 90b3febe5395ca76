import check from '../../src/checks/l2-segment/bridge-netfilter-off.js';
import { testCheck } from '../support/test-check.js';

testCheck(check, {
  passes: {
    on: [{ bridgeNetfilter: { bridge: 'cni0', value: '1', pods: 6 } }, 'net.bridge.bridge-nf-call-iptables is 1'],
  },
  fails: {
    off: [
      { bridgeNetfilter: { bridge: 'cni0', value: '0', pods: 2 } },
      'degraded',
      'net.bridge.bridge-nf-call-iptables is 0, with 2 pods on cni0: a Service hangs for a pod when its backend is on this same node',
    ],
    'off where one pod has nobody beside it': [
      { bridgeNetfilter: { bridge: 'cni0', value: '0', pods: 1 } },
      'risk',
      'net.bridge.bridge-nf-call-iptables is 0, with 1 pod on cni0: a Service hangs for a pod when its backend is on this same node',
    ],
    'module missing': [
      { bridgeNetfilter: { bridge: 'kube-bridge', pods: 6 } },
      'degraded',
      'net.bridge.bridge-nf-call-iptables is not there: br_netfilter is not loaded, with 6 pods on kube-bridge: a Service hangs for a pod when its backend is on this same node',
    ],
  },
  skips: {
    Calico: [{ bridgeNetfilter: 'not-needed' }, 'no pods on a bridge whose Services kube-proxy translates'],
  },
});
