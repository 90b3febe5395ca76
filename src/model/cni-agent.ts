// The pod of a node that keeps its pod network up to date.
import type { Source } from '../facts/fact.js';
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
  const found = know
    .get(node, 'pods')
    .filter((pod) => pod.namespace === namespace && pod.owner?.kind === 'DaemonSet' && pod.owner.name === name)
    .toSorted((a, b) => Number(b.ready) - Number(a.ready));
  const [first] = found;
  const why =
    first?.containers.map(({ waiting, terminated }) => waiting ?? terminated).find(Boolean) ?? first?.notReady;
  const pod = first && (defined({ name: first.name, ready: first.ready, why }) as CniAgent['pod']);
  const everywhere = set.desired >= know.get(CLUSTER, 'nodes').length;
  return defined({
    daemonSet: { namespace, name },
    pod,
    networkUnavailable: object.networkUnavailable,
    everywhere,
  }) as CniAgent;
};
