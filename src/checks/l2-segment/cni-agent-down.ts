import { agentLacking } from '../agent-lacking.js';
import { defineCheck, pass, skip } from '../check.js';
import { cniAgent } from '../link-samples.js';

export default defineCheck({
  id: 'cni-agent-down',
  layer: 'L2',
  title: 'the agent that keeps the pod network up to date runs on the node',
  about: 'node',
  needs: ['cniAgent'],

  explain: {
    looksAt: 'The CNI DaemonSet’s pod on the node: whether there is one, whether it is ready, and why not.',
    matters:
      'What it wrote stays and works. But nodes that join, addresses that change and policies that are made are no ' +
      'longer written, and on a fresh node no pod starts.',
    misleads: 'k3s runs flannel inside its own process: there is no such pod and none is missing.',
  },

  judge({ cniAgent: agent }, { name: node }) {
    if (agent === 'none') return skip('no DaemonSet that we know carries the pod network');
    const { daemonSet, pod, networkUnavailable, expected, balances } = agent;
    if (pod?.ready) return pass(`pod/${pod.name} is ready`);
    if (!pod && !expected) return skip(`daemonset/${daemonSet.name} is not meant to be on this node`);
    const more = [
      ...(networkUnavailable ? ['the node says that its network is not set up'] : []),
      ...(balances ? ['it balances Services too: changes of them do not reach the node'] : []),
    ];
    const severity = more.length > 0 ? 'degraded' : 'risk';
    return agentLacking({ node, daemonSet, pod, severity, so: (lack) => [lack, ...more].join('; ') });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: { cniAgent: cniAgent({ ready: false, why: 'CrashLoopBackOff: back-off 5m0s restarting failed container' }) },
    passes: { cniAgent: cniAgent({ ready: true }) },
  },
});
