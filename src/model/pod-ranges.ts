// The range a node takes its pods' addresses from, where the Node object itself decides that.
import { unreadable, type Source } from '../facts/fact.js';
import type { CniSetup } from '../facts/kube.js';
import { CLUSTER } from '../target/subject.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    /** IPv4. Empty where the CNI keeps its own books: Calico's blocks, Cilium's pools, a cloud's. */
    podRanges: readonly string[];
  }
}

/** CNIs that hand `spec.podCIDR` to their address management as it is. */
export const DECIDED_BY_NODE: readonly CniSetup['name'][] = ['flannel', 'kindnet', 'kube-router'];

export const podRanges: Source<'node', readonly string[]> = (node, know) => {
  const object = know.get(node, 'object');
  const cni = know.get(CLUSTER, 'cni');
  if (object === 'absent') return unreadable(`node ${node.name} does not exist`);
  const decides =
    DECIDED_BY_NODE.includes(cni.name) || (cni.name === 'cilium' && cni.settings['ipam'] === 'kubernetes');
  return decides ? object.podCidrs.filter((cidr) => !cidr.includes(':')) : [];
};
