import { unreadable, type Unreadable } from '../fact.js';
import { defined } from './untyped.js';

/** What kube-proxy's own pages say, in seconds since the epoch. */
export interface ProxyPages {
  readonly now: number;
  readonly lastSync?: number;
  readonly queued?: number;
  readonly restoreFailures?: number;
  /** `no-answer`: the port is open and nobody answers within two seconds, as of a process that is stopped. */
  readonly healthz: 'ok' | 'failing' | 'no-answer' | 'not-known';
}

const METRIC = /^kubeproxy_sync_proxy_rules_(\w+?)(?:\{(.*)\})? ([\d.e+]+)$/;

export function readProxyHealth(text: string): ProxyPages | Unreadable {
  const [head = '', ...pages] = text.split('\u001e');
  const now = Number(/^now (\d+)$/m.exec(head)?.[1]);
  if (!Number.isFinite(now)) return unreadable(`no time in: ${head.slice(0, 80)}`);
  const page = (name: string): string => pages.find((each) => each.startsWith(`${name}\n`)) ?? '';
  const metrics = page('metrics')
    .split('\n')
    .map((line) => METRIC.exec(line));
  // From 1.33 on there is a value per IP family; what is walked here is IPv4.
  const value = (name: string): number | undefined => {
    const match = metrics.find((each) => each?.[1] === name && (each[2] === undefined || each[2].includes('IPv4')));
    return match ? Number(match[3]) : undefined;
  };
  return defined({
    now,
    lastSync: value('last_timestamp_seconds'),
    queued: value('last_queued_timestamp_seconds'),
    restoreFailures: value('iptables_restore_failures_total') ?? value('nftables_sync_failures_total'),
    healthz: healthzOf(page('healthz')),
  }) as ProxyPages;
}

function healthzOf(page: string): ProxyPages['healthz'] {
  if (/\bstatus 503|HTTP\/1\.[01] 503/.test(page)) return 'failing';
  if (/timed out/i.test(page)) return 'no-answer';
  return page.includes('"lastUpdated"') ? 'ok' : 'not-known';
}
