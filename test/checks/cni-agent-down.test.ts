import check from '../../src/checks/l2-segment/cni-agent-down.js';
import { cniAgent } from '../../src/checks/link-samples.js';
import { testCheck } from '../support/test-check.js';

const { pod: _, ...gone } = cniAgent({ ready: true });

testCheck(check, {
  passes: {
    ready: [{ cniAgent: cniAgent({ ready: true }) }, 'pod/kube-flannel-ds-x7v2k is ready'],
  },
  fails: {
    'crashes while its rules stand': [
      { cniAgent: cniAgent({ ready: false, why: 'CrashLoopBackOff' }) },
      'risk',
      'pod/kube-flannel-ds-x7v2k is not ready: CrashLoopBackOff',
    ],
    'crashes on a node that was never set up': [
      { cniAgent: cniAgent({ ready: false }, { networkUnavailable: true }) },
      'degraded',
      'pod/kube-flannel-ds-x7v2k is not ready; the node says that its network is not set up',
    ],
    'gone, with nobody else to balance Services': [
      { cniAgent: { ...gone, balances: true } },
      'degraded',
      'daemonset/kube-flannel-ds has no pod on the node; it balances Services too: changes of them do not reach the node',
    ],
    'no pod': [{ cniAgent: gone }, 'risk', 'daemonset/kube-flannel-ds has no pod on the node'],
  },
  skips: {
    'k3s, or a CNI we do not know': [{ cniAgent: 'none' }, 'no DaemonSet that we know carries the pod network'],
    'a DaemonSet for some nodes': [
      { cniAgent: { ...gone, expected: false } },
      'daemonset/kube-flannel-ds is not meant to be on this node',
    ],
  },
});
