// The pod of a node that makes NetworkPolicies come true there, where that is not the CNI's own agent.
import type { Source } from '../facts/fact.js';
import { defined } from '../facts/read/untyped.js';
import { CLUSTER } from '../target/subject.js';
import { agentOf, type CniAgent } from './cni-agent.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    policyAgent: PolicyAgent;
  }
}
export type PolicyAgent =
  | { readonly kind: 'does-not-apply'; readonly why: string }
  | {
      readonly kind: 'daemon';
      readonly enforcer: string;
      readonly daemonSet: CniAgent['daemonSet'];
      /** Absent when none of its pods is on this node. */
      readonly pod?: NonNullable<CniAgent['pod']>;
      /** Pods on the node that policies can be about: those with an address of their own. */
      readonly guarded: number;
    };

export const policyAgent: Source<'node', PolicyAgent> = (node, know) => {
  know.ahead([
    [CLUSTER, 'enforcer'],
    [node, 'pods'],
  ]);
  const { daemonSet, enforces, says } = know.get(CLUSTER, 'enforcer');
  if (!daemonSet || enforces !== true)
    return { kind: 'does-not-apply', why: 'no DaemonSet that we know enforces policies' };
  const cni = know.get(CLUSTER, 'cni').daemonSet;
  if (cni?.namespace === daemonSet.namespace && cni.name === daemonSet.name)
    return { kind: 'does-not-apply', why: 'the CNI’s own agent enforces policies: cni-agent-down judges it' };
  const pods = know.get(node, 'pods');
  const guarded = pods.filter(({ hostNetwork, phase }) => !hostNetwork && phase === 'Running').length;
  const pod = agentOf(pods, daemonSet);
  return defined({ kind: 'daemon', enforcer: says, daemonSet, pod, guarded } as const) as PolicyAgent;
};
