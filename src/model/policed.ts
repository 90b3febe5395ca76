// Both ends of a flow as policies see them: behind the Service's address, by pod, by node or by bare address.
import type { Know, Source, Wanted } from '../facts/fact.js';
import type { PodObject, PolicyObject } from '../facts/kube.js';
import type { Enforcer } from '../facts/policy.js';
import { POD_FIELDS, readPod } from '../facts/read/kube-pod.js';
import { askList, listRequest, namespaced } from '../facts/sources/api.js';
import { CLUSTER, nodeSubject, podSubject, type Place, type Subject } from '../target/subject.js';
import type { FlowEnds } from './flow-ends.js';
import { usableEndpoints } from './local-policy.js';
import { observedEnd, type Observed } from './observed.js';
import { nameLabel, type Labels } from './policies.js';
import { atAddress, beginAt, type Behind } from './policy-address.js';
import { sample } from './scope-destination.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    policed: Policed;
  }
}
/** A pod with an address of its own: policies are about these. */
export interface PolicedPod {
  readonly kind: 'pod';
  readonly pod: PodObject;
  /** Absent: the namespace could not be read, and why. */
  readonly namespaceLabels?: Labels;
  readonly unreadLabels?: string;
  readonly selecting: readonly PolicyObject[];
}
export type PolicedEnd =
  | PolicedPod
  /** A node, or a pod in its network: the two cannot be told apart by a packet. */
  | {
      readonly kind: 'node';
      readonly name: string;
      readonly labels: Labels;
      /** Of the node itself; what it sends over an overlay may carry one of its pod range instead. */
      readonly addresses: readonly string[];
      readonly podCidrs: readonly string[];
      readonly pod?: string;
    }
  /** Absent: a client beyond the nodes, whose address nobody told. */
  | { readonly kind: 'outside'; readonly address?: string };

export type Policed =
  | { readonly kind: 'does-not-apply'; readonly why: string }
  | {
      readonly kind: 'read';
      readonly enforcer: Enforcer;
      readonly observed: Observed;
      readonly source: PolicedEnd;
      /** Policies see what is behind a Service's address: each backend with the port it has. */
      readonly dests: readonly { readonly end: PolicedEnd; readonly port: number }[];
      readonly protocol: string;
      readonly service?: { readonly name: string; readonly port: number };
      readonly dns: boolean;
      /** It goes to a Service's address, and what policies see is a backend's. */
      readonly translated: boolean;
      /** Every pod of both ends' namespaces, where policies cannot be told without them. */
      readonly siblings?: readonly PodObject[];
      readonly siblingsAreAll?: boolean;
      /** Why no policy can be sure of who the packet is from. */
      readonly blurred?: string;
    };
type Read = Extract<Policed, { kind: 'read' }>;

export const policed: Source<'flow', Policed> = (flow, know) => {
  const ends = know.get(flow, 'ends');
  know.ahead([[CLUSTER, 'otherPolicies'], ...podsAhead([flow.source, flow.pod])]);
  if (!flow.pod && !flow.service && !ends.addressNode) beginAt(flow, know);
  const source = sourceEnd(flow, ends, know);
  const dests = destEnds(flow, ends, know);
  if (source.kind !== 'pod' && dests.every(({ end }) => end.kind !== 'pod'))
    return { kind: 'does-not-apply', why: 'neither end is a pod with an address of its own' };
  const blurred = blurredBy(flow, ends);
  const siblings = siblingsOf([source, ...dests.map(({ end }) => end)], know);
  return {
    kind: 'read',
    enforcer: know.get(CLUSTER, 'enforcer'),
    observed: observedEnd(flow, know),
    source,
    dests,
    protocol: flow.protocol.toUpperCase(),
    ...serviceOf(ends),
    dns: flow.port === 53 && flow.service?.name === 'kube-dns',
    translated: ends.service !== undefined && !flow.pod,
    ...(siblings ? { siblings } : {}),
    ...(blurred === undefined ? {} : { blurred }),
  };
};

/** kube-router and Cilium turn port names into numbers by looking at other pods, so where they enforce names these are read. */
function siblingsOf(ends: readonly PolicedEnd[], know: Know): readonly PodObject[] | undefined {
  const pods = ends.flatMap((end) => (end.kind === 'pod' ? [end] : []));
  const rules = pods.flatMap(({ selecting }) => selecting).flatMap(({ ingress, egress }) => [...ingress, ...egress]);
  const hasNames = rules.some(({ ports }) => ports.some(({ port }) => typeof port === 'string'));
  if (!hasNames || !BY_OTHER_PODS.includes(know.get(CLUSTER, 'enforcer').name)) return undefined;
  const namespaces = [...new Set(pods.map(({ pod }) => pod.namespace))];
  know.begin(namespaces.map((one) => listRequest(namespaced('', one, 'pods'), POD_FIELDS)));
  return namespaces.flatMap((one) => askList(know, namespaced('', one, 'pods'), POD_FIELDS).map(readPod));
}

const BY_OTHER_PODS: readonly Enforcer['name'][] = ['kube-router', 'cilium'];

/** All that is wanted of them at once: one after another they would cost a round each. */
function podsAhead(ends: readonly (Place | Behind['pod'])[]): readonly Wanted[] {
  return ends.flatMap((end): readonly Wanted[] => {
    if (!end || !('namespace' in end)) return [];
    const subject = podSubject(end.namespace, end.name);
    return (['object', 'policies', 'namespaceLabels'] as const).map((key) => [subject, key]);
  });
}

function sourceEnd(flow: Subject<'flow'>, { source }: FlowEnds, know: Know): PolicedEnd {
  if (source) return podEnd(source, know);
  return flow.source.kind === 'node' ? nodeEnd(flow.source.name, know) : { kind: 'outside' };
}

function destEnds(flow: Subject<'flow'>, ends: FlowEnds, know: Know): Read['dests'] {
  if (ends.pod) return [{ end: podEnd(ends.pod, know), port: flow.port }];
  if (ends.service && !flow.pod) return behindEnds(sample(usableEndpoints(ends.endpoints)), know);
  if (ends.addressNode) {
    const node = nodeEnd(ends.addressNode, know);
    // It is sent to this very address, whatever others the node has.
    return [{ end: { ...node, addresses: [flow.address], podCidrs: [] }, port: flow.port }];
  }
  return behindEnds(atAddress(flow, know), know);
}

function behindEnds(all: readonly Behind[], know: Know): Read['dests'] {
  know.ahead(podsAhead(all.map(({ pod }) => pod)));
  return all.map((one) => ({ end: behindEnd(one, know), port: one.port }));
}

function behindEnd({ ip, pod }: Behind, know: Know): PolicedEnd {
  const object = pod && know.get(podSubject(pod.namespace, pod.name), 'object');
  return object && object !== 'absent' ? podEnd(object, know) : { kind: 'outside', address: ip };
}

function podEnd(pod: PodObject, know: Know): PolicedEnd {
  if (pod.hostNetwork) return nodeEnd(pod.node ?? '', know, pod.name);
  const subject = podSubject(pod.namespace, pod.name);
  const labels = know.peek(subject, 'namespaceLabels');
  const seen =
    labels.kind === 'unknown'
      ? { unreadLabels: `the labels of namespace "${pod.namespace}" could not be read` }
      : { namespaceLabels: labels.value };
  return { kind: 'pod', pod, ...seen, selecting: know.get(subject, 'policies').selecting };
}

function nodeEnd(name: string, know: Know, pod?: string): Extract<PolicedEnd, { kind: 'node' }> {
  const object = know.get(nodeSubject(name), 'object');
  const { labels, internalIps, podCidrs } =
    object === 'absent' ? { labels: nameLabel(name), internalIps: [], podCidrs: [] } : object;
  const cni = know.peek(CLUSTER, 'cni');
  // Without an overlay a node sends from its own address only.
  const hasOverlay = cni.kind === 'unknown' || cni.value.backend !== 'host-gw';
  const addressed = { addresses: internalIps, podCidrs: hasOverlay ? podCidrs : [] };
  return { kind: 'node', name, labels, ...addressed, ...(pod === undefined ? {} : { pod }) };
}

const serviceOf = ({ service, port }: FlowEnds): Pick<Read, 'service'> =>
  service && port ? { service: { name: service.name, port: port.port } } : {};

/** A node port is translated on the node it is sent to, which may put its own address in place of the client's. */
function blurredBy(flow: Subject<'flow'>, { service, addressNode }: FlowEnds): string | undefined {
  if (!service || !addressNode || flow.pod) return undefined;
  return service.externalTrafficPolicy === 'Local' && flow.source.kind === 'outside'
    ? undefined
    : `node ${addressNode} may send it on from its own address`;
}
