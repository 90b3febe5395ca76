// What stands behind an address that was typed as such: policies see the pod, and a Service's address never.
import type { Know } from '../facts/fact.js';
import { readService } from '../facts/read/kube-objects.js';
import { at, text } from '../facts/read/untyped.js';
import { askList, listRequest } from '../facts/sources/api.js';
import { serviceSubject, type Subject } from '../target/subject.js';
import { usableEndpoints } from './local-policy.js';
import { sample } from './scope-destination.js';

export interface Behind {
  readonly ip: string;
  readonly port: number;
  readonly pod?: { readonly namespace: string; readonly name: string };
}

const by = (kind: string, field: string, ip: string): string =>
  `/api/v1/${kind}?fieldSelector=${encodeURIComponent(`${field}=${ip}`)}`;
const POD_NAMES = ['metadata.name', 'metadata.namespace', 'spec.hostNetwork'];

const pathsOf = (address: string) =>
  [by('services', 'spec.clusterIP', address), by('pods', 'status.podIP', address)] as const;

export function beginAt({ address }: Subject<'flow'>, know: Know): void {
  const [services, pods] = pathsOf(address);
  know.begin([listRequest(services), listRequest(pods, POD_NAMES)]);
}

/** One request each, answered by the API server's own filter: no list is read to find one address. */
export function atAddress(flow: Subject<'flow'>, know: Know): readonly Behind[] {
  const { address, port, protocol } = flow;
  const [services, pods] = pathsOf(address);
  beginAt(flow, know);
  const [service] = askList(know, services).map(readService);
  const front = service?.ports.find((one) => one.port === port && one.protocol === protocol.toUpperCase());
  if (service && front) {
    const all = know.get(serviceSubject(service.namespace, service.name), 'endpoints');
    return sample(usableEndpoints(all.filter((one) => one.portName === front.name && one.protocol === front.protocol)));
  }
  const [pod] = askList(know, pods, POD_NAMES).filter((one) => at(one, 'spec', 'hostNetwork') !== true);
  if (!pod) return [{ ip: address, port }];
  const named = {
    namespace: text(at(pod, 'metadata', 'namespace')) ?? '',
    name: text(at(pod, 'metadata', 'name')) ?? '',
  };
  return [{ ip: address, port, pod: named }];
}
