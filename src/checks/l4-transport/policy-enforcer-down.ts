import { counted } from '../../model/listed.js';
import type { PolicyAgent } from '../../model/policy-agent.js';
import { agentLacking } from '../agent-lacking.js';
import { defineCheck, pass, skip } from '../check.js';

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
    const pods = counted(guarded, 'pod');
    const so = (lack: string): string => `${lack}, so ${enforcer} keeps no policy of the ${pods} there up to date`;
    return agentLacking({ node, daemonSet, pod, severity: 'risk', so });
  },

  examples: {
    subject: { kind: 'node', name: 'w2' },
    fails: { policyAgent: agent() },
    passes: { policyAgent: agent({ name: 'kube-router-x2kq7', ready: true }) },
  },
});
