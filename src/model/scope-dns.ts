// Names: the lookups a client makes before its first packet, as flows to the nameserver.
import type { Know } from '../facts/fact.js';
import {
  CLUSTER,
  nodeSubject,
  podSubject,
  serviceSubject,
  type Place,
  type Protocol,
  type Subject,
} from '../target/subject.js';
import type { Ref } from '../target/target.js';
import { backend, sample, serviceFlows, type Asked, type Question } from './scope-destination.js';

const DNS = { namespace: 'kube-system', name: 'kube-dns', port: 'dns' } as const;
const DNS_PORT = 53;
const HTTP = 80;

/** Lookups of the Service's name at the cluster's nameserver. Pods only: a node resolves elsewhere. */
export function dnsFlows(place: Place, asked: Asked, know: Know): readonly Subject<'flow'>[] {
  return asked.host === undefined || place.kind !== 'pod' ? [] : lookupsOf(place, asked.host, know);
}

/** At the address clients are given, and at each nameserver behind it: one of two that is lost loses half the lookups. */
function lookupsOf(place: Place, host: string, know: Know): readonly Subject<'flow'>[] {
  const dns = know.peek(CLUSTER, 'dns');
  if (dns.kind === 'unknown') return [];
  const { service, endpoints } = dns.value;
  const common = { kind: 'flow', source: place, protocol: 'udp', service: DNS, host } as const;
  const fronts = (service?.clusterIps ?? [])
    .filter((ip) => !ip.includes(':'))
    .map((address) => ({ address, port: DNS_PORT }));
  const behind = sample(endpoints.filter(({ portName, protocol }) => portName === DNS.port && protocol === 'UDP')).map(
    backend,
  );
  return [...fronts, ...behind].map((end): Subject<'flow'> => ({ ...common, ...end }));
}

/** A name of a Service leads to the Service; any other must first be looked up for real. */
export function nameFlows(
  question: Question & { protocol: Protocol },
  dest: Extract<Ref, { kind: 'name' }>,
  know: Know,
): Asked {
  const inner = serviceName(question.place, dest.host, domainOf(know));
  if (inner && know.get(serviceSubject(inner.namespace, inner.name), 'object') !== 'absent')
    return serviceFlows(
      question,
      { kind: 'svc', ...inner, ...(dest.port === undefined ? {} : { port: String(dest.port) }) },
      know,
    );
  if (question.place.kind !== 'pod') return { flows: [], services: [] };
  const lookups = lookupsOf(question.place, dest.host, know);
  // A nameserver that is silent takes five seconds: they are asked at once, and their nodes and pods before.
  know.ahead([
    ...lookups.flatMap(({ pod }) => (pod?.node === undefined ? [] : [[nodeSubject(pod.node), 'where'] as const])),
    ...lookups.flatMap(({ pod }) => (pod ? [[podSubject(pod.namespace, pod.name), 'object'] as const] : [])),
    ...lookups.map((flow) => [flow, 'lookup'] as const),
  ]);
  const found = lookups.map((flow) => know.peek(flow, 'lookup'));
  const addresses = found.flatMap((lookup) => (lookup.kind === 'unknown' ? [] : lookup.value.addresses));
  const { place, protocol } = question;
  const flows = [...new Set(addresses)].slice(0, 2).map((address): Subject<'flow'> => ({
    kind: 'flow',
    source: place,
    protocol,
    address,
    port: dest.port ?? HTTP,
  }));
  return { flows: [...flows, ...lookups], services: [serviceSubject(DNS.namespace, DNS.name)] };
}

/** Here it only tells what a name's end may be: the usual one does where the cluster's own may not be read. */
function domainOf(know: Know): string {
  const cidrs = know.peek(CLUSTER, 'cidrs');
  return cidrs.kind === 'unknown' ? 'cluster.local' : cidrs.value.clusterDomain;
}

/** `api`, `api.shop`, `api.shop.svc`, `api.shop.svc.cluster.local`: what the search list would make of it. */
function serviceName(place: Place, host: string, domain: string): { namespace: string; name: string } | undefined {
  const short = host.replace(/\.$/, '').replace(new RegExp(`\\.${domain.replaceAll('.', '\\.')}$`), '');
  const [name, namespace, svc, ...more] = short.split('.');
  if (!name || more.length > 0 || (svc !== undefined && svc !== 'svc')) return undefined;
  if (namespace !== undefined) return { name, namespace };
  return place.kind === 'pod' ? { name, namespace: place.namespace } : undefined;
}
