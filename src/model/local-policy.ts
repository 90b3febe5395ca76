// Where a traffic policy of Local leaves a flow: on a node that has an endpoint, or on one that has none.
import type { Source } from '../facts/fact.js';
import type { Endpoint } from '../facts/kube.js';
import type { Subject } from '../target/subject.js';
import type { FlowEnds } from './flow-ends.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    localPolicy: LocalPolicy;
  }
}
export type LocalPolicy =
  | { readonly kind: 'does-not-apply'; readonly why: string }
  | {
      readonly kind: 'applies';
      readonly policy: 'internalTrafficPolicy' | 'externalTrafficPolicy';
      readonly service: { readonly namespace: string; readonly name: string };
      readonly node: string;
      /** Usable endpoints on that node, and the nodes that have some. */
      readonly local: number;
      readonly elsewhere: readonly string[];
    };

export const localPolicy: Source<'flow', LocalPolicy> = (flow, know) => where(flow, know.get(flow, 'ends'));

export function where(flow: Subject<'flow'>, ends: FlowEnds): LocalPolicy {
  const { service } = ends;
  if (flow.pod || !service) return not('the flow goes to no Service');
  const inside = service.clusterIps.includes(flow.address);
  if ((inside ? service.internalTrafficPolicy : service.externalTrafficPolicy) === 'Cluster')
    return not('the Service sends to every endpoint of the cluster');
  const node = inside ? ends.sourceNode : externalNode(flow, ends);
  if (node === undefined) return not('which node translates it is not the cluster’s to say');
  if (!inside && node === ends.sourceNode) return not('what starts on the node itself goes to every endpoint');
  const usable = usableEndpoints(ends.endpoints);
  const elsewhere = [...new Set(usable.flatMap((endpoint) => endpoint.node ?? []))].filter((name) => name !== node);
  return {
    kind: 'applies',
    policy: inside ? 'internalTrafficPolicy' : 'externalTrafficPolicy',
    service: { namespace: service.namespace, name: service.name },
    node,
    local: usable.filter((endpoint) => endpoint.node === node).length,
    elsewhere: elsewhere.toSorted(),
  };
}

/** An address that is no node’s is announced or routed from outside; only a node port names its node. */
const externalNode = (flow: Subject<'flow'>, { addressNode, sourceNode }: FlowEnds): string | undefined =>
  addressNode ?? (flow.source.kind === 'outside' ? undefined : sourceNode);

/** kube-proxy's choice: ready ones, else those that still serve while they terminate. */
export function usableEndpoints(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : endpoints.filter(({ serving, terminating }) => serving && terminating);
}

const not = (why: string): LocalPolicy => ({ kind: 'does-not-apply', why });
