// A pod that calls a Service of which it is a backend itself: some of its connections come back to it.
import type { Source } from '../facts/fact.js';
import { at } from '../facts/read/untyped.js';
import { nodeSubject, podSubject, serviceSubject } from '../target/subject.js';
import type { HostLink } from './host-link.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    selfCall: SelfCall | 'none';
  }
}
export interface SelfCall {
  readonly hostLink: Extract<HostLink, { kind: 'link' }>;
  /** Ready backends, this pod among them. */
  readonly backends: number;
  /** A promiscuous bridge hands frames back without hairpin; only the CNI file tells. */
  readonly promiscuous: boolean;
}

export const selfCall: Source<'flow', SelfCall | 'none'> = (flow, know) => {
  const { source, service } = flow;
  if (source.kind !== 'pod' || !service || flow.pod) return 'none';
  const endpoints = know.get(serviceSubject(service.namespace, service.name), 'endpoints');
  const ready = endpoints.filter((endpoint) => endpoint.ready && endpoint.portName === service.port);
  const own = ready.some(({ pod }) => pod?.name === source.name && pod.namespace === source.namespace);
  if (!own) return 'none';
  const hostLink = know.get(podSubject(source.namespace, source.name), 'hostLink');
  // Only a bridge refuses to send a frame back out of the port it came in on; a routed veth has no such rule.
  if (hostLink.kind === 'host-network' || hostLink.bridge === undefined) return 'none';
  const files = know.peek(nodeSubject(hostLink.node), 'cniFiles');
  const plugins = files.kind === 'unknown' ? [] : files.value.flatMap((file) => file.plugins);
  const promiscuous = plugins.some(
    ({ raw }) => at(raw, 'promiscMode') === true || at(raw, 'delegate', 'promiscMode') === true,
  );
  return { hostLink, backends: ready.length, promiscuous };
};
