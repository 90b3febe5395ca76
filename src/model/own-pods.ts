// Pods of a node that have a network of their own: those that anything wrong with its pod network concerns.
import type { Source } from '../facts/fact.js';
import type { PodObject } from '../facts/kube.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    /** Every running pod with a network of its own. */
    ownPods: readonly OwnPod[];
  }
}
export interface OwnPod {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
}

export const ownPods: Source<'node', readonly OwnPod[]> = (node, know) =>
  know.get(node, 'pods').flatMap((pod) => {
    const ip = ownAddress(pod);
    return ip === undefined ? [] : [{ namespace: pod.namespace, name: pod.name, ip }];
  });

/** IPv4, of a pod that runs in a network namespace of its own. */
function ownAddress(pod: PodObject): string | undefined {
  if (pod.hostNetwork || pod.phase !== 'Running' || pod.deleting) return undefined;
  return [...pod.ips, ...(pod.ip === undefined ? [] : [pod.ip])].find((ip) => !ip.includes(':'));
}
