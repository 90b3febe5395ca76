// From what was asked to the subjects examined: the flows, and every pod, node and Service that stands on them.
import type { Know, Wanted } from '../facts/fact.js';
import {
  CLUSTER,
  nodeSubject,
  podSubject,
  serviceSubject,
  subjectKey,
  type Place,
  type Subject,
} from '../target/subject.js';
import type { Ref, Target } from '../target/target.js';
import { existingNode } from './existing-node.js';
import { Refused, type Refusal } from './refusal.js';
import { dnsFlows } from './scope-dns.js';
import { destinationFlows } from './scope-destination.js';
import { runningPod } from './workload.js';

export interface Scope {
  readonly subjects: readonly Subject[];
  /** What was asked for first: the flow to the Service or the address itself, then those to its backends. */
  readonly flows: readonly Subject<'flow'>[];
  readonly source: string;
  readonly dest: string;
}
export type Scoped = Scope | { readonly refusal: Refusal };

export const scope =
  (target: Target) =>
  (know: Know): Scoped => {
    try {
      return inScope(target, know);
    } catch (error) {
      if (error instanceof Refused) return { refusal: error.refusal };
      throw error;
    }
  };

function inScope(target: Target, know: Know): Scope {
  know.ahead(firstQuestions(target));
  const { source, dest } = target;
  if (!source) return { subjects: [CLUSTER, ...everyNode(know)], flows: [], source: 'cluster', dest: '' };
  if (!dest) return oneObject(source, know);
  const place = placeOf(source, know);
  const asked = destinationFlows({ place, dest, protocol: target.protocol }, know);
  const flows = distinct([...asked.flows, ...dnsFlows(place, asked, know)]).map((flow) => repeated(flow, target));
  const subjects = standingOn(flows, asked.services, know);
  return { subjects: [CLUSTER, ...subjects, ...flows], flows, source: refText(source), dest: refText(dest) };
}

/** A lookup is one question and one answer; what is tried again is the connection. */
const repeated = (flow: Subject<'flow'>, { repeat }: Target): Subject<'flow'> =>
  repeat === undefined || flow.host !== undefined ? flow : { ...flow, tries: repeat };

/** What nearly every run needs, put in the first round, so that later ones need not wait for each other. */
function firstQuestions({ source, dest }: Target): readonly Wanted[] {
  const cluster = (['nodes', 'cidrs', 'proxy', 'cni', 'dns'] as const).map((key) => [CLUSTER, key] as const);
  const ends = [source, dest].flatMap((ref): readonly Wanted[] => {
    if (ref?.kind === 'pod') return [[podSubject(ref.namespace, ref.name), 'object']];
    if (ref?.kind !== 'svc') return [];
    const service = serviceSubject(ref.namespace, ref.name);
    return [
      [service, 'object'],
      [service, 'endpoints'],
      [service, 'selectedPods'],
    ];
  });
  return [...cluster, ...ends];
}

function everyNode(know: Know): readonly Subject[] {
  return know.get(CLUSTER, 'nodes').map(({ name }) => nodeSubject(name));
}

function oneObject(ref: Ref, know: Know): Scope {
  const named = { flows: [], source: refText(ref), dest: '' };
  if (ref.kind === 'svc') {
    const service = serviceSubject(ref.namespace, ref.name);
    if (know.get(service, 'object') === 'absent') throw new Refused(absent('services', ref));
    return { ...named, subjects: [CLUSTER, service] };
  }
  if (ref.kind === 'node') return { ...named, subjects: [CLUSTER, nodeSubject(existingNode(ref.name, know).name)] };
  const place = placeOf(ref, know);
  if (place.kind !== 'pod') throw new Refused({ kind: 'no-port', what: refText(ref) });
  const pod = podSubject(place.namespace, place.name);
  const object = know.get(pod, 'object');
  const node = object !== 'absent' && object.node ? [nodeSubject(object.node)] : [];
  return { ...named, subjects: [CLUSTER, ...node, pod] };
}

function placeOf(ref: Ref, know: Know): Place {
  if (ref.kind === 'outside') return { kind: 'outside' };
  if (ref.kind === 'node') return { kind: 'node', name: existingNode(ref.name, know).name };
  if (ref.kind === 'address' || ref.kind === 'name' || ref.kind === 'svc')
    throw new Refused({ kind: 'no-port', what: refText(ref) });
  return { kind: 'pod', namespace: ref.namespace, name: runningPod(ref, know).name };
}

const absent = (what: string, ref: { namespace: string; name: string }): Refusal => ({
  kind: 'absent',
  what,
  name: ref.name,
  namespace: ref.namespace,
  similar: [],
});

/** Pods at both ends, their nodes, and the Services asked for. A node that is gone is left to the checks of its pods. */
function standingOn(
  flows: readonly Subject<'flow'>[],
  services: readonly Subject<'service'>[],
  know: Know,
): readonly Subject[] {
  const ends = flows.flatMap(({ source, pod }) => [...(source.kind === 'pod' ? [source] : []), ...(pod ? [pod] : [])]);
  const pods = distinct(ends.map(({ namespace, name }) => podSubject(namespace, name)));
  // An EndpointSlice names the node, so its questions need not wait for the pod itself to be read.
  const named = flows.flatMap(({ source, pod }) => (source.kind === 'node' ? [source.name] : (pod?.node ?? [])));
  know.ahead([
    ...pods.map((pod) => [pod, 'object'] as const),
    ...[...named, ...balancedTo(flows, know)].map((name) => [nodeSubject(name), 'where'] as const),
  ]);
  const nodes = pods.flatMap((pod) => {
    const object = know.peek(pod, 'object');
    return object.kind === 'unknown' || object.value === 'absent' ? [] : (object.value.node ?? []);
  });
  return [...[...new Set([...named, ...nodes])].toSorted().map(nodeSubject), ...pods, ...distinct(services)];
}

/** Nodes that a balanced flow may lead to, nameservers' included: its prediction will want to read them. */
function balancedTo(flows: readonly Subject<'flow'>[], know: Know): readonly string[] {
  const services = flows.flatMap(({ service, pod }) => (service && !pod ? [service] : []));
  return services.flatMap(({ namespace, name }) => {
    const endpoints = know.peek(serviceSubject(namespace, name), 'endpoints');
    return endpoints.kind === 'unknown' ? [] : endpoints.value.flatMap(({ node }) => node ?? []);
  });
}

export function distinct<S extends Subject>(subjects: readonly S[]): readonly S[] {
  return [...new Map(subjects.map((subject) => [subjectKey(subject), subject])).values()];
}

export function refText(ref: Ref): string {
  switch (ref.kind) {
    case 'outside':
      return 'outside';
    case 'address':
      return ref.port === undefined ? ref.ip : `${ref.ip}:${ref.port}`;
    case 'name':
      return ref.port === undefined ? ref.host : `${ref.host}:${ref.port}`;
    default:
      return `${ref.kind}/${ref.name}${ref.port ? `:${ref.port}` : ''}`;
  }
}
