// From the destination that was asked for to the flows that must work.
import type { Know } from '../facts/fact.js';
import type { Endpoint, ServiceObject, ServicePort } from '../facts/kube.js';
import { CLUSTER, podSubject, serviceSubject, type Place, type Protocol, type Subject } from '../target/subject.js';
import type { Ref, WorkloadKind } from '../target/target.js';
import { existingNode } from './existing-node.js';
import { nameFlows } from './scope-dns.js';
import { Refused } from './refusal.js';
import { runningPod } from './workload.js';

export interface Asked {
  readonly flows: readonly Subject<'flow'>[];
  readonly services: readonly Subject<'service'>[];
  /** The name a client would look up to get there, when there is one. */
  readonly host?: string;
}
export interface Question {
  readonly place: Place;
  readonly dest: Ref;
  readonly protocol: Protocol | undefined;
}

/** Backends beyond this many are sampled: one node's first, so that every node has its say. */
const BACKENDS = 4;
const KUBELET = 10250;

export function destinationFlows(question: Question, know: Know): Asked {
  const { dest, place } = question;
  const protocol = question.protocol ?? 'tcp';
  switch (dest.kind) {
    case 'svc':
      return serviceFlows(question, dest, know);
    case 'address':
      if (dest.port === undefined) throw new Refused({ kind: 'no-port', what: dest.ip });
      return addressFlows({ kind: 'flow', source: place, protocol, address: dest.ip, port: dest.port }, know);
    case 'node': {
      const node = existingNode(dest.name, know);
      const port = dest.port === undefined ? KUBELET : Number(dest.port);
      return {
        flows: [{ kind: 'flow', source: place, protocol, address: node.internalIps[0] ?? '', port }],
        services: [],
      };
    }
    case 'name':
      return nameFlows({ ...question, protocol }, dest, know);
    case 'outside':
      throw new Refused({ kind: 'no-port', what: 'outside' });
    default:
      return podFlows({ ...question, protocol }, dest, know);
  }
}

function podFlows(
  question: Question & { protocol: Protocol },
  dest: Extract<Ref, { kind: WorkloadKind }>,
  know: Know,
): Asked {
  const pod = runningPod(dest, know);
  const { place, protocol } = question;
  if (place.kind === 'pod' && place.name === pod.name && place.namespace === pod.namespace)
    throw new Refused({ kind: 'same-ends', what: `pod/${pod.name}` });
  const ports = pod.containers.flatMap((container) => container.ports);
  const wanted = dest.port;
  const chosen =
    wanted === undefined ? ports : ports.filter(({ name, port }) => name === wanted || String(port) === wanted);
  const number = chosen[0]?.port ?? Number(wanted);
  const what = `pod/${pod.name}`;
  if (wanted === undefined && ports.length > 1)
    throw new Refused({
      kind: 'several-ports',
      what,
      ports: ports.map(({ name, port }) => ({ name: name ?? '', port })),
    });
  if (!Number.isInteger(number) || number < 1) throw new Refused({ kind: 'no-port', what });
  const chosenProtocol = chosen[0]?.protocol === 'UDP' ? 'udp' : protocol;
  const { namespace, name, node } = pod;
  return {
    flows: [
      {
        kind: 'flow',
        source: place,
        protocol: chosenProtocol,
        address: pod.ip ?? '',
        port: number,
        pod: { namespace, name, ...(node ? { node } : {}) },
      },
    ],
    services: [],
  };
}

/** An address may be a Service's or a pod's: then the flows are those of the object. */
function addressFlows(flow: Subject<'flow'>, know: Know): Asked {
  const dns = know.peek(CLUSTER, 'dns');
  const service = dns.kind === 'unknown' ? undefined : dns.value.service;
  const own = service?.clusterIps.includes(flow.address) ? serviceSubject(service.namespace, service.name) : undefined;
  return { flows: [flow], services: own ? [own] : [] };
}

/** Left out where nobody may read how this cluster ends its names: another name than the client's would tell lies. */
function hostOf({ name, namespace }: ServiceObject, know: Know): Pick<Asked, 'host'> {
  const cidrs = know.peek(CLUSTER, 'cidrs');
  return cidrs.kind === 'unknown' ? {} : { host: `${name}.${namespace}.svc.${cidrs.value.clusterDomain}` };
}

export function serviceFlows(question: Question, dest: Extract<Ref, { kind: 'svc' }>, know: Know): Asked {
  const subject = serviceSubject(dest.namespace, dest.name);
  know.ahead([
    [subject, 'object'],
    [subject, 'endpoints'],
    [CLUSTER, 'cidrs'],
  ]);
  const service = know.get(subject, 'object');
  if (service === 'absent')
    throw new Refused({ kind: 'absent', what: 'services', name: dest.name, namespace: dest.namespace, similar: [] });
  if (service.externalName) {
    const named = nameFlows(
      { ...question, protocol: question.protocol ?? 'tcp' },
      { kind: 'name', host: service.externalName, port: 80 },
      know,
    );
    return { ...named, services: [subject] };
  }
  const port = choosePort(service, dest.port);
  const protocol: Protocol = port.protocol === 'UDP' ? 'udp' : 'tcp';
  const via = { namespace: service.namespace, name: service.name, port: port.name };
  const common = { kind: 'flow', source: question.place, protocol, service: via } as const;
  const fronts = frontsOf(service, port, { place: question.place, know });
  const endpoints = know
    .get(subject, 'endpoints')
    .filter(({ portName, protocol: over }) => portName === port.name && over === port.protocol);
  return {
    flows: [
      ...fronts.map((front): Subject<'flow'> => ({ ...common, ...front })),
      ...sample(endpoints).map((endpoint): Subject<'flow'> => ({ ...common, ...backend(endpoint) })),
    ],
    services: [subject],
    ...hostOf(service, know),
  };
}

const v4 = (ip: string): boolean => !ip.includes(':');

function frontsOf(
  service: ServiceObject,
  port: ServicePort,
  from: { place: Place; know: Know },
): readonly { address: string; port: number }[] {
  if (from.place.kind !== 'outside')
    return service.clusterIps.filter(v4).map((address) => ({ address, port: port.port }));
  const balanced = service.ingressIps.filter(v4).map((address) => ({ address, port: port.port }));
  const { nodePort } = port;
  if (nodePort === undefined) return balanced;
  const nodes = from.know.get(CLUSTER, 'nodes').flatMap(({ internalIps }) => internalIps.find(v4) ?? []);
  return [...balanced, ...nodes.map((address) => ({ address, port: nodePort }))];
}

function choosePort(service: ServiceObject, wanted: string | undefined): ServicePort {
  const what = `svc/${service.name}`;
  const ports = service.ports.map(({ name, port }) => ({ name, port }));
  if (wanted === undefined) {
    const [only, ...more] = service.ports;
    if (!only) throw new Refused({ kind: 'no-port', what });
    if (more.length > 0) throw new Refused({ kind: 'several-ports', what, ports });
    return only;
  }
  const found = service.ports.find(({ name, port }) => name === wanted || String(port) === wanted);
  if (!found) throw new Refused({ kind: 'no-such-port', what, wanted, ports });
  return found;
}

export function backend({ ip, port, pod, node }: Endpoint): Pick<Subject<'flow'>, 'address' | 'port' | 'pod'> {
  return { address: ip, port, ...(pod ? { pod: { ...pod, ...(node ? { node } : {}) } } : {}) };
}

/** Serving endpoints, one of each node before a second of any. */
export function sample(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const serving = endpoints.filter(({ ready, serving: answers, terminating }) => ready || (answers && terminating));
  const seen = new Map<string, number>();
  const turn = serving.map((endpoint) => {
    const before = seen.get(endpoint.node ?? '') ?? 0;
    seen.set(endpoint.node ?? '', before + 1);
    return { endpoint, before };
  });
  return turn
    .toSorted((a, b) => a.before - b.before)
    .slice(0, BACKENDS)
    .map(({ endpoint }) => endpoint);
}

export const podOfFlow = (flow: Subject<'flow'>): Subject<'pod'> | undefined =>
  flow.pod && podSubject(flow.pod.namespace, flow.pod.name);
