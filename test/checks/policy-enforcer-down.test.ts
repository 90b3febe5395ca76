import check from '../../src/checks/l4-transport/policy-enforcer-down.js';
import { testCheck } from '../support/test-check.js';

const daemonSet = { namespace: 'kube-system', name: 'kube-router' };
const of = (different: object = {}) => ({
  policyAgent: { kind: 'daemon', enforcer: 'kube-router', daemonSet, guarded: 12, ...different } as const,
});

testCheck(check, {
  passes: { ready: [of({ pod: { name: 'kube-router-x', ready: true } }), 'pod/kube-router-x is ready'] },
  fails: {
    'no pod of it': [
      of(),
      'risk',
      'daemonset/kube-router has no pod on the node, so kube-router keeps no policy of the 12 pods there up to date',
    ],
    crashing: [
      of({ pod: { name: 'kube-router-x', ready: false, why: 'CrashLoopBackOff: back-off 5m0s' }, guarded: 1 }),
      'risk',
      'pod/kube-router-x is not ready: CrashLoopBackOff: back-off 5m0s, so kube-router keeps no policy of the 1 pod there up to date',
    ],
  },
  skips: {
    'a node without pods of its own': [
      of({ guarded: 0 }),
      'no pod on the node has an address that policies could be about',
    ],
    'the CNI is the engine': [
      {
        policyAgent: { kind: 'does-not-apply', why: 'the CNI’s own agent enforces policies: cni-agent-down judges it' },
      },
      'the CNI’s own agent enforces policies: cni-agent-down judges it',
    ],
  },
});
