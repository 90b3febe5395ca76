// The pod of a node that keeps its pod network up to date.
import type { Source } from '../facts/fact.js';
import type { PodObject } from '../facts/kube.js';
import { defined } from '../facts/read/untyped.js';
import { CLUSTER } from '../target/subject.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    /** `none`: no DaemonSet that we know carries the pod network here. */
    cniAgent: CniAgent | 'none';
  }
}
export interface CniAgent {
  readonly daemonSet: { readonly namespace: string; readonly name: string };
  /** Absent when none of its pods is on this node. */
  readonly pod?: { readonly name: string; readonly ready: boolean; readonly why?: string };
  /** The node says that its network is not set up: nothing new can start there. */
  readonly networkUnavailable: boolean;
  /** How many nodes the DaemonSet wants to be on, of all there are: fewer, and this one may be left out on purpose. */
  readonly everywhere: boolean;
}

/** The DaemonSet's pod among those of a node: a ready one first, else why it is not. */
export function agentOf(pods: readonly PodObject[], set: CniAgent['daemonSet']): CniAgent['pod'] {
  const [first] = pods
    .filter(
      ({ namespace, owner }) => namespace === set.namespace && owner?.kind === 'DaemonSet' && owner.name === set.name,
    )
    .toSorted((a, b) => Number(b.ready) - Number(a.ready));
  const why =
    first?.containers.map(({ waiting, terminated }) => waiting ?? terminated).find(Boolean) ?? first?.notReady;
  return first && (defined({ name: first.name, ready: first.ready, why }) as CniAgent['pod']);
}

export const cniAgent: Source<'node', CniAgent | 'none'> = (node, know) => {
  know.ahead([
    [CLUSTER, 'cni'],
    [CLUSTER, 'nodes'],
    [node, 'object'],
    [node, 'pods'],
  ]);
  const set = know.get(CLUSTER, 'cni').daemonSet;
  const object = know.get(node, 'object');
  if (!set || object === 'absent') return 'none';
  const { namespace, name } = set;
  const pod = agentOf(know.get(node, 'pods'), set);
  const everywhere = set.desired >= know.get(CLUSTER, 'nodes').length;
  return defined({
    daemonSet: { namespace, name },
    pod,
    networkUnavailable: object.networkUnavailable,
    everywhere,
  }) as CniAgent;
};
