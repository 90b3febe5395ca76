// A lookup that was made, and what the cluster knows of the name.
import type { Know, Source } from '../facts/fact.js';
import type { Lookup } from '../facts/observation.js';
import { listRequest } from '../facts/sources/api.js';
import { at, list, parse, text } from '../facts/read/untyped.js';
import { CLUSTER, podSubject, serviceSubject, type Subject } from '../target/subject.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    naming: Naming;
  }
}
export type Naming =
  | { readonly kind: 'no-lookup' }
  | {
      readonly kind: 'lookup';
      readonly lookup: Lookup;
      /** The Service that the name means, when it is one of the cluster's own names. */
      readonly inner?: { readonly namespace: string; readonly name: string; readonly exists: boolean };
      /** Other namespaces that have a Service of that name. */
      readonly elsewhere: readonly string[];
      readonly external: boolean;
      readonly search: readonly string[];
      readonly ndots?: number;
      /** Upstreams of which CoreDNS logged lately that they did not answer. */
      readonly upstreams: readonly {
        readonly server: string;
        readonly count: number;
        readonly line: string;
        readonly pod: string;
      }[];
      readonly forwards: readonly string[];
    };

export const naming: Source<'flow', Naming> = (flow, know) => {
  const { host } = flow;
  if (host === undefined || flow.port !== 53) return { kind: 'no-lookup' };
  const domain = know.get(CLUSTER, 'cidrs').clusterDomain;
  const lookup = know.get(flow, 'lookup');
  const inner = innerName(host, domain);
  const failed = lookup.end !== 'answered' || lookup.rcode !== 'NOERROR' || lookup.addresses.length === 0;
  return {
    kind: 'lookup',
    lookup,
    ...(inner ? { inner: { ...inner, exists: exists(inner, know) } } : {}),
    elsewhere: failed && inner ? namespacesOf(inner, know) : [],
    external: !within(host, domain) && host.includes('.'),
    ...searching(flow, know),
    ...(failed ? upstreamsOf(know, lookup.rcode === 'SERVFAIL') : { upstreams: [], forwards: [] }),
  };
};

const within = (host: string, domain: string): boolean => {
  const bare = host.replace(/\.$/, '');
  return bare === domain || bare.endsWith(`.${domain}`);
};

/** `NAME.NAMESPACE.svc.DOMAIN`. */
export function innerName(host: string, domain: string): { namespace: string; name: string } | undefined {
  const bare = host.replace(/\.$/, '');
  if (!bare.endsWith(`.svc.${domain}`)) return undefined;
  const [name, namespace, ...more] = bare.slice(0, -`.svc.${domain}`.length).split('.');
  return name && namespace && more.length === 0 ? { namespace, name } : undefined;
}

const exists = (inner: { namespace: string; name: string }, know: Know): boolean =>
  know.get(serviceSubject(inner.namespace, inner.name), 'object') !== 'absent';

/** A hint, so a refusal costs nothing. */
function namespacesOf({ namespace, name }: { namespace: string; name: string }, know: Know): readonly string[] {
  const [answer] = know.ask([
    listRequest(`/api/v1/services?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`, [
      'metadata.namespace',
    ]),
  ]);
  if (answer?.kind !== 'answered') return [];
  const found = list(at(parse(answer.text), 'items')).flatMap((item) => text(at(item, 'metadata', 'namespace')) ?? []);
  return found.filter((each) => each !== namespace).toSorted();
}

function searching(flow: Subject<'flow'>, know: Know): { search: readonly string[]; ndots?: number } {
  if (flow.source.kind !== 'pod') return { search: [] };
  const conf = know.peek(podSubject(flow.source.namespace, flow.source.name), 'resolvConf');
  return conf.kind === 'unknown' ? { search: [] } : { search: conf.value.search, ndots: conf.value.ndots };
}

/** Where the nameserver itself said that it failed, its log names whom it has asked in vain since. */
function upstreamsOf(know: Know, saidSo: boolean): Pick<Extract<Naming, { kind: 'lookup' }>, 'upstreams' | 'forwards'> {
  const logs = know.peek(CLUSTER, saidSo ? 'dnsLogAfter' : 'dnsLog');
  const dns = know.peek(CLUSTER, 'dns');
  return {
    upstreams:
      logs.kind === 'unknown'
        ? []
        : logs.value.flatMap(({ pod, upstreamTimeouts }) => upstreamTimeouts.map((each) => ({ ...each, pod }))),
    forwards: dns.kind === 'unknown' ? [] : dns.value.forwards,
  };
}
