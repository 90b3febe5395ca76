// What the cluster's nameserver suffers from, as far as the API tells.
import { serviceSubject, podSubject, CLUSTER } from '../target/subject.js';
import type { Know, Source } from '../facts/fact.js';
import type { DnsLog } from '../facts/read/coredns-log.js';
import { at, list, parse, texts, type Jsonish } from '../facts/read/untyped.js';
import { objectRequest } from '../facts/sources/api.js';
import { lookBeneath, reason, type Unready } from './unready.js';

declare module '../facts/fact.js' {
  interface ClusterFacts {
    /** Pods of the nameserver that are not ready, each with the reason. */
    dnsUnready: readonly Unready[];
    dnsRights: DnsRights;
  }
}
export interface DnsRights {
  /** What the ClusterRole does not grant though CoreDNS needs it. */
  readonly missing: readonly string[] | 'not-known';
  /** Refusals of the API server, as CoreDNS logged them in the last minutes. */
  readonly refused: readonly { readonly pod: string; readonly line: string }[] | 'not-known';
}

export const KUBE_DNS = serviceSubject('kube-system', 'kube-dns');
const ROLE = '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:coredns';
/** From CoreDNS's own manifest: without these its kubernetes plugin never syncs, or keeps stale answers. */
const NEEDED = ['services', 'namespaces', 'endpointslices'];

export const dnsUnready: Source<'cluster', readonly Unready[]> = (_, know) => {
  const pods = know.get(CLUSTER, 'dns').pods.filter(({ ready }) => !ready);
  const asked = pods.slice(0, 2).map(({ namespace, name }) => podSubject(namespace, name));
  know.ahead([...asked.map((pod) => [pod, 'events'] as const), [CLUSTER, 'dnsLog']]);
  const logs = logsOf(know);
  const all = pods.map((pod, index) => {
    const events = asked[index] && know.peek(asked[index], 'events');
    const loop = logs === 'not-known' ? undefined : logs.find((log) => log.pod === pod.name)?.loop;
    const why = loop ?? reason(pod, events && events.kind !== 'unknown' ? events.value : []);
    return { pod: pod.name, why };
  });
  lookBeneath(know, pods, all);
  return all;
};

export const dnsRights: Source<'cluster', DnsRights> = (_, know) => {
  const [answer] = know.ask([objectRequest(ROLE)]);
  const logs = logsOf(know);
  const missing = answer?.kind === 'answered' ? lacks(parse(answer.text)) : 'not-known';
  // Without either there is nothing to judge by, and the log's own reason says why.
  const held = missing === 'not-known' && logs === 'not-known' ? know.get(CLUSTER, 'dnsLog') : logs;
  return {
    missing,
    refused:
      held === 'not-known'
        ? held
        : held.flatMap(({ pod, forbidden }) => (forbidden[0] === undefined ? [] : [{ pod, line: forbidden[0] }])),
  };
};

export function dnsDownText(pods: number, [first]: readonly Unready[]): string {
  if (pods === 0) return 'no pod carries k8s-app=kube-dns, so nothing answers lookups';
  if (!first) return `${pods} nameserver pods are ready, but service/kube-dns has no ready endpoint`;
  return `none of ${pods} nameserver pods is ready: pod/${first.pod}: ${first.why}`;
}

function logsOf(know: Know): readonly DnsLog[] | 'not-known' {
  const logs = know.peek(CLUSTER, 'dnsLog');
  return logs.kind === 'unknown' ? 'not-known' : logs.value;
}

function lacks(role: Jsonish): readonly string[] {
  const granted = list(at(role, 'rules'))
    .filter((rule) => ['list', 'watch'].every((verb) => holds(at(rule, 'verbs'), verb)))
    .flatMap((rule) => texts(at(rule, 'resources')));
  return granted.includes('*') ? [] : NEEDED.filter((resource) => !granted.includes(resource));
}

const holds = (words: Jsonish, wanted: string): boolean => texts(words).some((word) => word === wanted || word === '*');
