// Facts that path/ makes: what a namespace is to the walk, and where the walk leads.
import { type Know, type Source, type Wanted } from '../facts/fact.js';
import type { NodeObject } from '../facts/kube.js';
import { needAddress } from '../facts/sources/flow.js';
import { CLUSTER, nodeSubject, podSubject, serviceSubject, type Subject } from '../target/subject.js';
import { nodeNetns, podNetns } from './netns.js';
import { podLinks } from './pod-links.js';
import { predict } from './predict.js';
import type { Prediction } from './prediction.js';
import type { Netns, PodAt, World } from './world.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    netns: Netns;
  }
  interface PodFacts {
    netns: Netns;
  }
  interface FlowFacts {
    predicted: Prediction;
  }
}

export const pathSources = {
  node: { netns: nodeNetns satisfies Source<'node', Netns> },
  pod: { netns: podNetns satisfies Source<'pod', Netns> },
  flow: { predicted: predictFlow satisfies Source<'flow', Prediction> },
};

function predictFlow(flow: Subject<'flow'>, know: Know): Prediction {
  const { source } = flow;
  needAddress(flow);
  const world = worldOf(flow, know);
  const from =
    source.kind === 'outside' ? 'outside' : source.kind === 'node' ? `node/${source.name}` : podAddress(world, source);
  return predict(world, { protocol: flow.protocol, from, dst: flow.address, dport: flow.port });
}

const podAddress = (world: World, { namespace, name }: { namespace: string; name: string }): string => {
  const id = `pod/${namespace}/${name}`;
  return [...world.pods.values()].find(({ netns, self }) => self === id && netns)?.netns ?? id;
};

/** Both ends, their nodes, and every pod the Service may choose. */
function worldOf(flow: Subject<'flow'>, know: Know): World {
  const pods = podsOn(flow, know);
  know.ahead([
    ...pods.flatMap(({ subject }): readonly Wanted[] => [
      [subject, 'object'],
      [subject, 'netns'],
    ]),
    // An EndpointSlice names the node: it can be read before the pod has been.
    ...pods.flatMap(({ node }): readonly Wanted[] => (node ? [[nodeSubject(node), 'netns']] : [])),
  ]);
  const objects = pods.flatMap(({ subject }) => {
    const object = know.peek(subject, 'object');
    return object.kind === 'unknown' || object.value === 'absent' ? [] : [{ subject, object: object.value }];
  });
  const entrances = entered(flow, know);
  const names = new Set([
    ...objects.flatMap(({ object }) => object.node ?? []),
    ...pods.flatMap(({ node }) => node ?? []),
    ...(flow.source.kind === 'node' ? [flow.source.name] : []),
    ...entrances.map(({ name }) => name),
  ]);
  const nodes = [...names].toSorted().map(nodeSubject);
  know.ahead(nodes.map((node) => [node, 'netns'] as const));
  const netns = new Map<string, Netns>();
  for (const node of nodes) netns.set(`node/${node.name}`, know.get(node, 'netns'));
  for (const { subject, object } of objects) {
    if (!object.hostNetwork) netns.set(`pod/${subject.namespace}/${subject.name}`, know.get(subject, 'netns'));
  }
  const at = objects.flatMap(({ subject, object }) =>
    object.ips.map((ip): readonly [string, PodAt] => [ip, podAt(subject, object)]),
  );
  const world = { netns, pods: new Map(at), nodeIps: nodeIps(netns, know) };
  const balanced = new Map([[flow.address, entrances.flatMap(({ internalIps }) => internalIps[0] ?? [])]]);
  return { ...world, podLinks: podLinks(world), balanced };
}

/** The node whose address is dialled, where it may forward by a node port; else any that a load balancer may choose. */
function entered(flow: Subject<'flow'>, know: Know): readonly NodeObject[] {
  const listed = know.peek(CLUSTER, 'nodes');
  const nodes = listed.kind === 'unknown' ? [] : listed.value;
  const dialled = nodes.filter(({ internalIps }) => internalIps.includes(flow.address));
  if (dialled.length > 0 || !flow.service || flow.source.kind !== 'outside') return dialled;
  const subject = serviceSubject(flow.service.namespace, flow.service.name);
  const service = know.peek(subject, 'object');
  if (service.kind === 'unknown' || service.value === 'absent') return [];
  const { ingressIps, externalIps, externalTrafficPolicy } = service.value;
  if (![...ingressIps, ...externalIps].includes(flow.address)) return [];
  const endpoints = know.peek(subject, 'endpoints');
  // Under Local a node without an endpoint fails the balancer's health check, and none hands it anything.
  const local = new Set(
    endpoints.kind === 'unknown' ? [] : endpoints.value.flatMap(({ ready, node }) => (ready && node) || []),
  );
  const able = externalTrafficPolicy === 'Local' ? nodes.filter(({ name }) => local.has(name)) : nodes;
  return able.length > MOST_NODES ? [] : able;
}
/** A balancer of a large cluster may choose any of thousands: which, only it knows. */
const MOST_NODES = 4;

function podAt(subject: Subject<'pod'>, pod: { readonly node?: string; readonly hostNetwork: boolean }): PodAt {
  const self = `pod/${subject.namespace}/${subject.name}`;
  const node = pod.node ?? '';
  return { self, netns: pod.hostNetwork ? `node/${node}` : self, node, hostNetwork: pod.hostNetwork };
}

function podsOn(flow: Subject<'flow'>, know: Know): readonly { subject: Subject<'pod'>; node?: string }[] {
  const ends = [flow.source.kind === 'pod' ? flow.source : undefined, flow.pod].filter((end) => end !== undefined);
  if (!flow.service || flow.pod) return ends.map((end) => place(end));
  const endpoints = know.peek(serviceSubject(flow.service.namespace, flow.service.name), 'endpoints');
  const chosen =
    endpoints.kind === 'unknown' ? [] : endpoints.value.filter(({ ready }) => ready).slice(0, MOST_BACKENDS);
  return [
    ...ends.map((end) => place(end)),
    ...chosen.flatMap(({ pod, node }) => (pod ? [place({ ...pod, ...(node ? { node } : {}) })] : [])),
  ];
}
/** As many as are attempted: walking to more would read nodes that nobody probed. */
const MOST_BACKENDS = 4;

const place = (pod: { namespace: string; name: string; node?: string }) => ({
  subject: podSubject(pod.namespace, pod.name),
  ...(pod.node ? { node: pod.node } : {}),
});

function nodeIps(netns: ReadonlyMap<string, Netns>, know: Know): ReadonlyMap<string, string> {
  const listed = know.peek(CLUSTER, 'nodes');
  const fromApi = (listed.kind === 'unknown' ? [] : listed.value).flatMap(({ name, internalIps }) =>
    internalIps.map((ip): readonly [string, string] => [ip, `node/${name}`]),
  );
  const fromNodes = [...netns.values()]
    .filter(({ id }) => id.startsWith('node/'))
    .flatMap(({ id, addresses }) =>
      addresses.filter(({ ip }) => !ip.startsWith('127.')).map(({ ip }): readonly [string, string] => [ip, id]),
    );
  return new Map([...fromNodes, ...fromApi]);
}
