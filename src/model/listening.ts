// Whether somebody listens where a flow ends.
import type { Know, Source } from '../facts/fact.js';
import type { PodObject } from '../facts/kube.js';
import type { Socket } from '../facts/network.js';
import { podSubject, serviceSubject, type Subject } from '../target/subject.js';
import type { FlowEnds } from './flow-ends.js';
import { observedEnd, type Observed } from './observed.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    listening: Listening;
  }
}
export type Listening =
  /** The flow ends at no pod that we know, or at a Service whose port is sound. */
  | { readonly kind: 'does-not-apply'; readonly why: string }
  | {
      /** The Service sends to a port by a name that no selected pod declares. */
      readonly kind: 'name-missing';
      readonly service: { readonly namespace: string; readonly name: string };
      readonly port: string;
      readonly declared: readonly string[];
    }
  | {
      readonly kind: 'pod';
      readonly pod: { readonly namespace: string; readonly name: string; readonly node: string };
      /** Listeners on the flow's port, by local address. */
      readonly here: readonly string[];
      /** Other ports of the same protocol that are listened on from outside the pod. */
      readonly others: readonly number[];
      readonly observed: Observed;
    };

export const listening: Source<'flow', Listening> = (flow, know) => {
  const ends = know.get(flow, 'ends');
  if (!flow.pod) return missingName(ends, know) ?? { kind: 'does-not-apply', why: 'the flow ends at no one pod' };
  const { pod } = ends;
  if (!pod) return { kind: 'does-not-apply', why: 'the pod does not exist' };
  const observed = observedEnd(flow, know);
  const where = podSubject(pod.namespace, pod.name);
  // An answer tells as much as a list of sockets: a distroless image has one and not the other.
  const read = know.peek(where, 'sockets');
  const sockets = read.kind === 'unknown' && observed === 'connected' ? [] : know.get(where, 'sockets');
  const listeners = sockets.filter((socket) => listens(socket, flow));
  const open = listeners.filter(({ localIp }) => !isLoopback(localIp)).map(({ localPort }) => localPort);
  return {
    kind: 'pod',
    pod: { namespace: pod.namespace, name: pod.name, node: pod.node ?? '' },
    here: [
      ...new Set(listeners.filter(({ localPort }) => localPort === flow.port).map(({ localIp }) => bare(localIp))),
    ].toSorted(),
    others: [...new Set(open)].filter((port) => port !== flow.port).toSorted((a, b) => a - b),
    observed,
  };
};

/** A UDP socket that is bound and not connected listens: Linux shows it as UNCONN (07). */
const listens = ({ protocol, state }: Socket, flow: Subject<'flow'>): boolean =>
  protocol === flow.protocol && (protocol === 'tcp' ? state === 'LISTEN' : state === 'UNCONN');

/** `127.0.0.53%lo` carries its device, `::ffff:127.0.0.1` is IPv4 in an IPv6 socket. */
const bare = (ip: string): string =>
  ip
    .replace(/%.*$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/^::ffff:/, '');
export const isLoopback = (ip: string): boolean => bare(ip).startsWith('127.') || bare(ip) === '::1';

/** `::` serves IPv4 too unless the program asked otherwise, which no file tells: it counts as listening. */
export const reachable = (listener: string, address: string): boolean =>
  ['0.0.0.0', '::', '*'].includes(listener) || listener === address;

function missingName({ service, port, endpoints }: FlowEnds, know: Know): Listening | undefined {
  if (!service || typeof port?.targetPort !== 'string' || endpoints.length > 0) return undefined;
  const pods = know.get(serviceSubject(service.namespace, service.name), 'selectedPods');
  const wanted = port.targetPort;
  const declared = pods.flatMap((pod) => portsOf(pod).filter(({ protocol }) => protocol === port.protocol));
  if (pods.length === 0 || declared.some(({ name }) => name === wanted)) return undefined;
  const texts = declared.map(({ name, port: number }) => (name ? `${name} (${number})` : String(number)));
  const { namespace, name } = service;
  return { kind: 'name-missing', service: { namespace, name }, port: wanted, declared: [...new Set(texts)].toSorted() };
}

const portsOf = (pod: PodObject) => pod.containers.flatMap(({ ports }) => ports);
