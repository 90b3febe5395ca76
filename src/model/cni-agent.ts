// The pod of a node that keeps its pod network up to date.
import type { Source } from '../facts/fact.js';
import type { PodObject } from '../facts/kube.js';
import { isWithin } from '../facts/ip.js';
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
  /** Meant to be here: its DaemonSet wants every node, or pods here have addresses of the node's range. */
  readonly expected: boolean;
  /** It balances Services too: where it is gone, no new Service and no new endpoint reaches the kernel. */
  readonly balances: boolean;
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
  const proxy = know.peek(CLUSTER, 'proxy');
  return defined({
    daemonSet: { namespace, name },
    pod,
    networkUnavailable: object.networkUnavailable,
    expected: everywhere || know.get(node, 'pods').some((one) => isOf(one, object.podCidrs)),
    balances: proxy.kind !== 'unknown' && proxy.value.mode === 'none',
  }) as CniAgent;
};

/** A pod on a network of the node's own range, as the agent's plugin gave it. */
const isOf = ({ hostNetwork, ips }: PodObject, ranges: readonly string[]): boolean =>
  !hostNetwork && ips.some((ip) => ranges.some((range) => isWithin(ip, range)));
