// What stands at both ends of a flow, by the API alone.
import type { Know, Source } from '../facts/fact.js';
import type { Endpoint, PodObject, ServiceObject, ServicePort } from '../facts/kube.js';
import { readService } from '../facts/read/kube-objects.js';
import { askList } from '../facts/sources/api.js';
import { CLUSTER, podSubject, serviceSubject, type Subject } from '../target/subject.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    ends: FlowEnds;
  }
}
export interface FlowEnds {
  readonly source?: PodObject;
  /** Where the packet meets its first rules. */
  readonly sourceNode?: string;
  readonly service?: ServiceObject;
  readonly port?: ServicePort;
  /** Of that port of the Service, ready or not. */
  readonly endpoints: readonly Endpoint[];
  readonly pod?: PodObject;
  /** The node whose own address the flow goes to. */
  readonly addressNode?: string;
}

/** The API server's default range; within it an address of a node means a Service. */
const NODE_PORTS = { first: 30_000, last: 32_767 };

export const ends: Source<'flow', FlowEnds> = (flow, know) => {
  know.ahead([
    ...(flow.source.kind === 'pod' ? [objectOf(flow.source)] : []),
    ...(flow.pod ? [objectOf(flow.pod)] : []),
  ]);
  const source = flow.source.kind === 'pod' ? podOf(flow.source, know) : undefined;
  const sourceNode = flow.source.kind === 'node' ? flow.source.name : source?.node;
  const pod = flow.pod && podOf(flow.pod, know);
  const addressNode = flow.pod ? undefined : nodeOf(flow.address, know);
  return {
    ...(source ? { source } : {}),
    ...(sourceNode ? { sourceNode } : {}),
    ...(pod ? { pod } : {}),
    ...(addressNode ? { addressNode } : {}),
    ...served(flow, know, addressNode),
  };
};

const objectOf = ({ namespace, name }: { namespace: string; name: string }) =>
  [podSubject(namespace, name), 'object'] as const;

function podOf(named: { readonly namespace: string; readonly name: string }, know: Know): PodObject | undefined {
  const object = know.get(podSubject(named.namespace, named.name), 'object');
  return object === 'absent' ? undefined : object;
}

function nodeOf(address: string, know: Know): string | undefined {
  const nodes = know.peek(CLUSTER, 'nodes');
  return nodes.kind === 'unknown'
    ? undefined
    : nodes.value.find(({ internalIps }) => internalIps.includes(address))?.name;
}

function served(
  flow: Subject<'flow'>,
  know: Know,
  addressNode: string | undefined,
): Pick<FlowEnds, 'service' | 'port' | 'endpoints'> {
  const service = flow.service ? serviceOf(flow.service, know) : addressNode && behindNodePort(flow, know);
  if (!service) return { endpoints: [] };
  const port = portOf(service, flow);
  if (!port) return { service, endpoints: [] };
  const all = know.get(serviceSubject(service.namespace, service.name), 'endpoints');
  const endpoints = all.filter(({ portName, protocol }) => portName === port.name && protocol === port.protocol);
  return { service, port, endpoints };
}

function serviceOf(named: { namespace: string; name: string }, know: Know): ServiceObject | undefined {
  const object = know.get(serviceSubject(named.namespace, named.name), 'object');
  return object === 'absent' ? undefined : object;
}

/** Only these two types own node ports, so only they are listed, and only when a node port was asked for. */
function behindNodePort(flow: Subject<'flow'>, know: Know): ServiceObject | undefined {
  if (flow.port < NODE_PORTS.first || flow.port > NODE_PORTS.last) return undefined;
  return ['NodePort', 'LoadBalancer']
    .flatMap((type) => askList(know, `/api/v1/services?fieldSelector=spec.type%3D${type}`))
    .map(readService)
    .find((service) => portOf(service, { ...flow, service: undefined }));
}

export function portOf(
  service: ServiceObject,
  flow: Omit<Subject<'flow'>, 'service'> & { readonly service?: Subject<'flow'>['service'] | undefined },
): ServicePort | undefined {
  const protocol = flow.protocol.toUpperCase();
  const ports = service.ports.filter((port) => port.protocol === protocol);
  const named = flow.service?.port;
  if (named !== undefined) return ports.find(({ name, port }) => name === named || String(port) === named);
  return ports.find(({ nodePort }) => nodePort === flow.port);
}
