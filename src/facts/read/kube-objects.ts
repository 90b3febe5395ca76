import type { Endpoint, EventObject, NodeObject, ServiceObject } from '../kube.js';
import { unreadable, type Answered, type Unreadable } from '../fact.js';
import { at, defined, flag, list, number, parse, strings, text, texts, type Jsonish } from './untyped.js';

export const NODE_FIELDS = [
  'metadata.name',
  'metadata.annotations',
  'metadata.labels',
  'spec.podCIDR',
  'spec.podCIDRs',
  'spec.taints',
  'status.addresses',
  'status.conditions.*.type',
  'status.conditions.*.status',
  'status.conditions.*.message',
  'status.nodeInfo.kubeletVersion',
] as const;

/** A list of thousands is read whole, so that it is read once and not again each round. */
export function readNodes({ text: answer }: Answered): readonly NodeObject[] | Unreadable {
  const all = parse(answer);
  return all === undefined ? unreadable('not JSON: the list of nodes') : list(at(all, 'items')).map(readNode);
}

export function readNode(node: Jsonish): NodeObject {
  const conditions = list(at(node, 'status', 'conditions'));
  const ready = conditions.find((entry) => at(entry, 'type') === 'Ready');
  const cidrs = texts(at(node, 'spec', 'podCIDRs'));
  const only = text(at(node, 'spec', 'podCIDR'));
  return defined({
    name: text(at(node, 'metadata', 'name')) ?? '',
    ready: at(ready, 'status') === 'True',
    notReady: at(ready, 'status') === 'True' ? undefined : text(at(ready, 'message')),
    networkUnavailable: conditions.some(
      (entry) => at(entry, 'type') === 'NetworkUnavailable' && at(entry, 'status') === 'True',
    ),
    internalIps: list(at(node, 'status', 'addresses')).flatMap((entry) =>
      at(entry, 'type') === 'InternalIP' ? (text(at(entry, 'address')) ?? []) : [],
    ),
    podCidrs: cidrs.length > 0 ? cidrs : only ? [only] : [],
    annotations: strings(at(node, 'metadata', 'annotations')),
    labels: strings(at(node, 'metadata', 'labels')),
    taints: list(at(node, 'spec', 'taints')).flatMap((taint) => text(at(taint, 'key')) ?? []),
    kubeletVersion: text(at(node, 'status', 'nodeInfo', 'kubeletVersion')) ?? '',
    images: list(at(node, 'status', 'images')).flatMap((image) => texts(at(image, 'names'))),
  }) as NodeObject;
}

export function readService(service: Jsonish): ServiceObject {
  const spec = at(service, 'spec');
  const ips = texts(at(spec, 'clusterIPs'));
  const first = text(at(spec, 'clusterIP'));
  const all = ips.length > 0 ? ips : first ? [first] : [];
  return defined({
    namespace: text(at(service, 'metadata', 'namespace')) ?? '',
    name: text(at(service, 'metadata', 'name')) ?? '',
    type: (text(at(spec, 'type')) ?? 'ClusterIP') as ServiceObject['type'],
    clusterIps: all.filter((ip) => ip !== 'None'),
    headless: all.includes('None'),
    externalName: text(at(spec, 'externalName')),
    externalIps: texts(at(spec, 'externalIPs')),
    ingressIps: list(at(service, 'status', 'loadBalancer', 'ingress')).flatMap((entry) => text(at(entry, 'ip')) ?? []),
    selector: strings(at(spec, 'selector')),
    ports: list(at(spec, 'ports')).map(readServicePort),
    externalTrafficPolicy: at(spec, 'externalTrafficPolicy') === 'Local' ? 'Local' : 'Cluster',
    internalTrafficPolicy: at(spec, 'internalTrafficPolicy') === 'Local' ? 'Local' : 'Cluster',
    sessionAffinity: at(spec, 'sessionAffinity') === 'ClientIP' ? 'ClientIP' : 'None',
    ipFamilies: texts(at(spec, 'ipFamilies')),
    publishNotReady: flag(at(spec, 'publishNotReadyAddresses')),
  }) as ServiceObject;
}

function readServicePort(port: Jsonish): ServiceObject['ports'][number] {
  const target = at(port, 'targetPort');
  return defined({
    name: text(at(port, 'name')) ?? '',
    port: number(at(port, 'port')) ?? 0,
    protocol: (text(at(port, 'protocol')) ?? 'TCP') as 'TCP' | 'UDP' | 'SCTP',
    targetPort: text(target) ?? number(target) ?? number(at(port, 'port')) ?? 0,
    nodePort: number(at(port, 'nodePort')),
  }) as ServiceObject['ports'][number];
}

export function readSlice(slice: Jsonish): readonly Endpoint[] {
  const name = text(at(slice, 'metadata', 'name')) ?? '';
  const ports = list(at(slice, 'ports'));
  return list(at(slice, 'endpoints')).flatMap((endpoint) =>
    texts(at(endpoint, 'addresses')).flatMap((ip) => ports.map((port) => readEndpoint({ endpoint, ip, port, name }))),
  );
}

function readEndpoint(from: { endpoint: Jsonish; ip: string; port: Jsonish; name: string }): Endpoint {
  const { endpoint, ip, port, name } = from;
  // The API: an absent `ready` or `serving` is to be read as true, an absent `terminating` as false.
  const conditions = at(endpoint, 'conditions');
  const target = at(endpoint, 'targetRef');
  return defined({
    ip,
    port: number(at(port, 'port')) ?? 0,
    portName: text(at(port, 'name')) ?? '',
    protocol: text(at(port, 'protocol')) ?? 'TCP',
    ready: at(conditions, 'ready') !== false,
    serving: at(conditions, 'serving') !== false,
    terminating: flag(at(conditions, 'terminating')),
    hinted: at(endpoint, 'hints') === undefined ? undefined : true,
    node: text(at(endpoint, 'nodeName')),
    pod:
      at(target, 'kind') === 'Pod'
        ? { namespace: text(at(target, 'namespace')) ?? '', name: text(at(target, 'name')) ?? '' }
        : undefined,
    slice: name,
  }) as Endpoint;
}

export function readEvent(event: Jsonish): EventObject {
  return {
    reason: text(at(event, 'reason')) ?? '',
    message: text(at(event, 'message')) ?? '',
    type: text(at(event, 'type')) ?? '',
    count: number(at(event, 'count')) ?? number(at(event, 'series', 'count')) ?? 1,
    lastAt:
      text(at(event, 'series', 'lastObservedTime')) ??
      text(at(event, 'lastTimestamp')) ??
      text(at(event, 'eventTime')) ??
      '',
  };
}
