import { defineCheck, fail, pass, reads, restarts, skip } from '../check.js';
import { describePod, podLog } from '../commands.js';
import { cniAgent } from '../link-samples.js';
import { describeSet, podsOn } from '../node-commands.js';

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
    const set = `daemonset/${daemonSet.name}`;
    if (pod?.ready) return pass(`pod/${pod.name} is ready`);
    if (!pod && !expected) return skip(`${set} is not meant to be on this node`);
    const why = pod ? `pod/${pod.name} is not ready${pod.why ? `: ${pod.why}` : ''}` : `${set} has no pod on the node`;
    const command = pod ? describePod(daemonSet.namespace, pod.name) : podsOn(node);
    return fail({
      severity: networkUnavailable || balances ? 'degraded' : 'risk',
      confidence: 'declared',
      says: [
        why,
        ...(networkUnavailable ? ['the node says that its network is not set up'] : []),
        ...(balances ? ['it balances Services too: changes of them do not reach the node'] : []),
      ].join('; '),
      cites: [{ on: 'api', shows: why, command }],
      fix: [
        reads('read its own word', pod ? podLog({ ...daemonSet, name: pod.name }) : describeSet(daemonSet)),
        restarts('once the reason is gone, delete the pod if it does not recover by itself'),
      ],
      refute: reads('this would show a ready pod of it on the node', podsOn(node)),
      also: pod ? [{ kind: 'pod', namespace: daemonSet.namespace, name: pod.name }] : [],
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: { cniAgent: cniAgent({ ready: false, why: 'CrashLoopBackOff: back-off 5m0s restarting failed container' }) },
    passes: { cniAgent: cniAgent({ ready: true }) },
  },
});
