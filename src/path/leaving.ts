// A flow to beyond the cluster: with which source address it leaves, and which rule let it.
import type { Source } from '../facts/fact.js';
import { CLUSTER, podSubject } from '../target/subject.js';
import { nodeOf } from './stops.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    /** `none`: it stays in the cluster, or does not start in a pod with an address of its own. */
    leaving: Leaving | 'none';
  }
}
export interface Leaving {
  readonly node: string;
  readonly source: string;
  /** It leaves with the pod's own address. */
  readonly bare: boolean;
  /** Of all attempts none was answered. */
  readonly unanswered: boolean;
  /** The last rule of nat POSTROUTING that the packet met. */
  readonly rule?: { readonly cites: string; readonly command: string };
}

/** CNIs whose pod addresses mean nothing beyond the nodes; clouds and BGP may route those of others. */
const PRIVATE: readonly string[] = ['flannel', 'kindnet', 'kube-router', 'weave'];

export const leaving: Source<'flow', Leaving | 'none'> = (flow, know) => {
  if (flow.source.kind !== 'pod' || flow.pod || flow.service) return 'none';
  know.ahead([
    [CLUSTER, 'cni'],
    [flow, 'attempts'],
    [flow, 'predicted'],
  ]);
  const pod = know.get(podSubject(flow.source.namespace, flow.source.name), 'object');
  if (pod === 'absent' || pod.hostNetwork || !PRIVATE.includes(know.get(CLUSTER, 'cni').name)) return 'none';
  const { tries } = know.get(flow, 'attempts');
  const unanswered = tries.length > 0 && tries.every(({ end }) => end === 'timeout');
  // Where an answer came back, nothing hangs on a way that could not be walked to its end.
  if (!unanswered && know.peek(flow, 'predicted').kind === 'unknown') return 'none';
  const branch = know.get(flow, 'predicted').branches.find(({ outcome }) => outcome.kind === 'leaves');
  if (branch?.outcome.kind !== 'leaves') return 'none';
  const node = nodeOf(branch.outcome.netns);
  if (node === undefined) return 'none';
  // Whose addresses the nodes have is told by their list: without it, a node's own address looks like one beyond them.
  know.get(CLUSTER, 'nodes');
  const source = branch.outcome.src;
  const step = branch.hops.flatMap(({ steps }) => steps).findLast(({ says }) => says.includes('nat POSTROUTING'));
  const rule = step?.cites === undefined ? {} : { rule: { cites: step.cites, command: step.command ?? '' } };
  return { node, source, bare: pod.ips.includes(source), unanswered, ...rule };
};
