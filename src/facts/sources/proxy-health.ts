// kube-proxy's own word on one node: by its pages from the node itself, by the API, and by its log.
import type { Answer } from '../../evidence/evidence.js';
import { CLUSTER, type Subject } from '../../target/subject.js';
import { proxyHealthAsk, readProxyHealthAnswer } from '../asks/proxy-health.js';
import { isUnreadable, Unanswerable, type Know, type Source } from '../fact.js';
import type { PodObject } from '../kube.js';
import { complaintsOf, failedWriteAt, readHealthPage } from '../read/proxy-words.js';
import type { ProxyPages } from '../read/proxy-health.js';
import { defined } from '../read/untyped.js';
import { askText, namespaced } from './api.js';
import type { ProxyHealth } from './node.js';
import { runRequest } from './run.js';

const LOG = { tailLines: 200, sinceSeconds: 600, limitBytes: 64 * 1024 };

/**
 * Overdue: a change waits, and nothing was written for this long. kube-proxy itself tries again every 30 s and calls
 * itself unhealthy after 60.
 */
const OVERDUE_SECONDS = 60;

export const proxyHealth: Source<'node', ProxyHealth> = (node, know) => {
  const { daemonSet } = know.get(CLUSTER, 'proxy');
  if (!daemonSet) return { expected: false, healthy: 'unknown', complaints: [] };
  know.ahead([
    [node, 'pods'],
    [node, 'where'],
  ]);
  const pod = know.get(node, 'pods').find(isProxy);
  if (!pod) return { expected: true, healthy: false, complaints: [] };
  if (!pod.ready) return { expected: true, pod, healthy: false, complaints: [] };
  return { expected: true, pod, ...asked(node, pod, know) };
};

export const proxyLog: Source<'node', string> = (node, know) => {
  const pod = know.get(node, 'pods').find(isProxy);
  if (!pod) throw new Unanswerable([{ kind: 'unreachable', detail: `no kube-proxy runs on ${node.name}` }]);
  const query = Object.entries(LOG).map(([key, value]) => `${key}=${value}`);
  return askText(know, `${pathOf(pod.name, pod)}/log?${query.join('&')}`, LOG.limitBytes);
};

const isProxy = ({ labels, deleting }: PodObject): boolean => labels['k8s-app'] === 'kube-proxy' && !deleting;
const pathOf = (name: string, { namespace }: PodObject): string => namespaced('', namespace, `pods/${name}`);

/**
 * Three ways to hear it, put in one round. Its pages may be out of reach; its log alone tells of a write that failed after
 * the last one that worked, so that without it nobody can call kube-proxy healthy.
 */
function asked(node: Subject<'node'>, pod: PodObject, know: Know) {
  know.ahead([[node, 'proxyLog']]);
  const where = know.peek(node, 'where');
  const [proxied, ran] = know.ask([
    { via: 'api', path: `${pathOf(`${pod.name}:10256`, pod)}/proxy/healthz`, shape: 'text', maxBytes: 4096 },
    ...(where.kind === 'unknown' ? [] : [runRequest(where.value, proxyHealthAsk)]),
  ]);
  const log = know.try(node, 'proxyLog');
  const words = log.kind === 'unknown' ? '' : log.value;
  const pages = ran?.kind === 'answered' ? readProxyHealthAnswer(ran) : undefined;
  const complaints = complaintsOf(words);
  const told = pages && !isUnreadable(pages) ? pages : undefined;
  const failing = proxied?.kind === 'answered' ? failingSince(proxied.text, words) : undefined;
  const verdict = verdictOf({ pages: told, proxied, complains: complaints.length > 0 });
  return failing === undefined ? { ...verdict, complaints } : { ...verdict, ...failing, complaints };
}

/** Two witnesses: its health page says when a write last worked, its log says that one failed after that. */
export function failingSince(
  page: string,
  log: string,
): Pick<ProxyHealth, 'healthy' | 'lastSyncSeconds' | 'failing'> | undefined {
  const read = readHealthPage(page);
  if (read?.wrote === undefined) return undefined;
  const failed = failedWriteAt(log, { now: read.now, withinMs: LOG.sinceSeconds * 1000 });
  if (failed === undefined || failed <= read.wrote) return undefined;
  return { healthy: false, failing: true, lastSyncSeconds: Math.round((read.now - read.wrote) / 1000) };
}

/** A healthy kube-proxy writes a change within a second or two; with an error in its log it has no such excuse. */
const WAITS_SECONDS = 4;

export interface Heard {
  readonly pages: ProxyPages | undefined;
  readonly proxied: Answer | undefined;
  /** Its log holds a failed write or watch: that alone convicts nobody. */
  readonly complains?: boolean;
}

export function verdictOf({
  pages,
  proxied,
  complains = false,
}: Heard): Pick<ProxyHealth, 'healthy' | 'lastSyncSeconds' | 'queuedSeconds' | 'restoreFailures' | 'hung'> {
  const lastSyncSeconds = pages?.lastSync === undefined ? undefined : Math.round(pages.now - pages.lastSync);
  const queuedSeconds = pages?.queued === undefined ? undefined : Math.round(pages.now - pages.queued);
  // A queue newer than the last write means that a change waits.
  const waits = pages?.lastSync !== undefined && pages.queued !== undefined && pages.queued > pages.lastSync;
  const overdue =
    waits && ((lastSyncSeconds ?? 0) > OVERDUE_SECONDS || (complains && (queuedSeconds ?? 0) >= WAITS_SECONDS));
  const hung = pages?.healthz === 'no-answer';
  const says503 =
    pages?.healthz === 'failing' || (proxied?.kind === 'refused' && / 503\b/.test(JSON.stringify(proxied.gap)));
  const ok = pages?.healthz === 'ok' || (proxied?.kind === 'answered' && proxied.text.includes('"lastUpdated"'));
  return defined({
    healthy: overdue || hung || says503 ? false : ok || pages?.lastSync !== undefined ? true : ('unknown' as const),
    lastSyncSeconds,
    queuedSeconds: waits ? queuedSeconds : undefined,
    restoreFailures: pages?.restoreFailures,
    hung: hung ? true : undefined,
  }) as ReturnType<typeof verdictOf>;
}
