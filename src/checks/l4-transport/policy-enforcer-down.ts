import { describePod, podLog } from '../commands.js';
import { counted } from '../../model/listed.js';
import { defineCheck, fail, pass, reads, restarts, skip } from '../check.js';
import { describeSet, podsOn } from '../node-commands.js';
import type { PolicyAgent } from '../../model/policy-agent.js';

const agent = (pod?: { name: string; ready: boolean; why?: string }): PolicyAgent => ({
  kind: 'daemon',
  enforcer: 'kube-router',
  daemonSet: { namespace: 'kube-system', name: 'kube-router' },
  guarded: 12,
  ...(pod ? { pod } : {}),
});

export default defineCheck({
  id: 'policy-enforcer-down',
  layer: 'L4',
  title: 'the policy engine runs on the node',
  about: 'node',
  needs: ['policyAgent'],

  explain: {
    looksAt: 'The pod of the DaemonSet that enforces NetworkPolicies, where that is another than the CNI’s agent.',
    matters:
      'What it wrote stays in force. A policy made or changed since, and a pod that came since, are not known there: ' +
      'what should be open stays closed, and what should be closed stays open.',
    misleads: 'The other nodes are right, so the same policy works for one pod and not for its twin.',
  },

  judge({ policyAgent: told }, { name: node }) {
    if (told.kind === 'does-not-apply') return skip(told.why);
    const { daemonSet, enforcer, guarded, pod } = told;
    if (pod?.ready) return pass(`pod/${pod.name} is ready`);
    if (guarded === 0) return skip('no pod on the node has an address that policies could be about');
    const lack = pod
      ? `pod/${pod.name} is not ready${pod.why ? `: ${pod.why}` : ''}`
      : `daemonset/${daemonSet.name} has no pod on the node`;
    const command = pod ? describePod(daemonSet.namespace, pod.name) : podsOn(node);
    return fail({
      severity: 'risk',
      confidence: 'declared',
      says: `${lack}, so ${enforcer} keeps no policy of the ${counted(guarded, 'pod')} there up to date`,
      cites: [{ on: 'api', shows: lack, command }],
      fix: [
        reads('read its own word', pod ? podLog({ ...daemonSet, name: pod.name }) : describeSet(daemonSet)),
        restarts('once the reason is gone, delete the pod if it does not recover by itself'),
      ],
      refute: reads('this would show a ready pod of it on the node', podsOn(node)),
      also: pod ? [{ kind: 'pod', namespace: daemonSet.namespace, name: pod.name }] : [],
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w2' },
    fails: { policyAgent: agent() },
    passes: { policyAgent: agent({ name: 'kube-router-x2kq7', ready: true }) },
  },
});
