import { expect, test } from 'vitest';
import check from '../../src/checks/l4-transport/kube-proxy-unhealthy.js';
import { container, node, pod } from '../../src/checks/samples.js';
import { readProxyHealth, type ProxyPages } from '../../src/facts/read/proxy-health.js';
import { failingSince, verdictOf } from '../../src/facts/sources/proxy-health.js';
import { captured } from '../readers/captured.js';
import { testCheck } from '../support/test-check.js';

const own = pod({ name: 'kube-proxy-8xk2p', namespace: 'kube-system' });
const base = { expected: true, pod: own, complaints: [] as string[] };
const object = node();
const BROKEN = 'E1126 00:43:34.184 proxier.go:1564] "Failed to execute iptables-restore" err="exit status 2"';

testCheck(check, {
  passes: {
    'rules written some time ago, and nothing waits': [
      { object, proxyHealth: { ...base, healthy: true, lastSyncSeconds: 540 } },
      'it is healthy, last wrote rules 540 s ago',
    ],
    'nobody may ask it, and its log is quiet': [
      { object, proxyHealth: { ...base, healthy: 'unknown' } },
      'its pod is ready, its log clean',
    ],
  },
  fails: {
    'no pod on the node': [
      { object, proxyHealth: { expected: true, healthy: false, complaints: [] } },
      'degraded',
      'no kube-proxy pod runs on w1: its rules are not kept up to date',
    ],
    'it crashes': [
      {
        object,
        proxyHealth: {
          ...base,
          healthy: false,
          pod: pod({
            name: 'kube-proxy-8xk2p',
            ready: false,
            containers: [container({ running: false, waiting: 'CrashLoopBackOff: back-off' })],
          }),
        },
      },
      'degraded',
      'pod/kube-proxy-8xk2p is not ready: CrashLoopBackOff: back-off',
    ],
    'Ready while every write fails': [
      {
        object,
        proxyHealth: { ...base, healthy: false, lastSyncSeconds: 412, queuedSeconds: 395, complaints: [BROKEN] },
      },
      'degraded',
      'pod/kube-proxy-8xk2p is Ready but a change has waited 395 s; it last wrote rules 412 s ago',
    ],
    'stopped by a signal': [
      { object, proxyHealth: { ...base, healthy: false, hung: true } },
      'degraded',
      'pod/kube-proxy-8xk2p is Ready but does not answer: its port is open and nothing comes back within 2 s',
    ],
    'its own page says no': [
      { object, proxyHealth: { ...base, healthy: false } },
      'degraded',
      'pod/kube-proxy-8xk2p is Ready but calls itself unhealthy',
    ],
    'a log alone convicts of nothing present': [
      { object, proxyHealth: { ...base, healthy: 'unknown', complaints: [BROKEN] } },
      'risk',
      `pod/kube-proxy-8xk2p logs: ${BROKEN}`,
    ],
  },
  skips: {
    'Cilium or k3s': [
      { object, proxyHealth: { expected: false, healthy: 'unknown', complaints: [] } },
      'no kube-proxy DaemonSet: something else serves Services, or it is no pod',
    ],
    'an absent node': [{ object: 'absent', proxyHealth: { ...base, healthy: true } }, 'the node does not exist'],
  },
});

// kube-proxy 1.34.2, as it prints it.
const METRICS = `kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds{ip_family="IPv4"} 1.7956538128108246e+09
kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds{ip_family="IPv6"} 1.7956536982441628e+09
kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family="IPv4"} 1.7956538141828449e+09
kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family="IPv6"} 1.795653700202396e+09`;
const HEALTHZ =
  '{"lastUpdated":"2026-11-26T00:52:46Z","currentTime":"2026-11-26T00:52:46Z","healthy":true}\nstatus 200';
const pages = (metrics: string, healthz: string): string =>
  `now 1795653900\n\u001emetrics\n${metrics}\n\u001ehealthz\n${healthz}\n`;

test('its pages', () => {
  expect(readProxyHealth(pages(METRICS, HEALTHZ))).toEqual({
    now: 1795653900,
    lastSync: 1795653814.1828449,
    queued: 1795653812.8108246,
    healthz: 'ok',
  });
  const late = 'wget: server returned error: HTTP/1.1 503 Service Unavailable';
  expect(readProxyHealth(pages('', late))).toEqual({ now: 1795653900, healthz: 'failing' });
  expect(readProxyHealth(pages('wget: download timed out', 'wget: download timed out'))).toMatchObject({
    healthz: 'no-answer',
  });
  expect(readProxyHealth(pages('', 'curl: (7) Failed to connect: Connection refused\n\nstatus 000'))).toMatchObject({
    healthz: 'not-known',
  });
  expect(readProxyHealth('sh: nothing')).toEqual({ unreadable: 'no time in: sh: nothing' });
});

test('what they come to', () => {
  const quiet: ProxyPages = { now: 1000, lastSync: 400, queued: 399, healthz: 'ok' };
  expect(verdictOf({ pages: quiet, proxied: undefined })).toEqual({ healthy: true, lastSyncSeconds: 600 });
  expect(verdictOf({ pages: { ...quiet, queued: 700 }, proxied: undefined })).toEqual({
    healthy: false,
    lastSyncSeconds: 600,
    queuedSeconds: 300,
  });
  expect(verdictOf({ pages: { ...quiet, lastSync: 998, queued: 999 }, proxied: undefined })).toMatchObject({
    healthy: true,
  });
  expect(
    verdictOf({
      pages: undefined,
      proxied: { kind: 'refused', gap: { kind: 'refused', detail: 'HTTP 503 from kube-proxy' } },
    }),
  ).toEqual({
    healthy: false,
  });
  // A change that waits for some seconds is no excuse once the log says that writing fails.
  const waiting = { ...quiet, lastSync: 985, queued: 990 };
  expect(verdictOf({ pages: waiting, proxied: undefined })).toMatchObject({ healthy: true });
  expect(verdictOf({ pages: waiting, proxied: undefined, complains: true })).toMatchObject({ healthy: false });
  expect(verdictOf({ pages: quiet, proxied: undefined, complains: true })).toMatchObject({ healthy: true });
  expect(verdictOf({ pages: undefined, proxied: undefined })).toEqual({ healthy: 'unknown' });
});

test('a write that failed after the last one that worked, by its log and its health page', () => {
  const log = captured('kube-proxy-1.34/sync-fails-log.txt');
  const page = captured('kube-proxy-1.34/sync-fails-healthz.json');
  expect(failingSince(page, log)).toEqual({ healthy: false, failing: true, lastSyncSeconds: 16 });
  // It wrote after that: what failed has been made good.
  const later = page.replace(
    '"IPv4":{"lastUpdated":"2026-11-26T06:20:24',
    '"IPv4":{"lastUpdated":"2026-11-26T06:20:30',
  );
  expect(later).not.toBe(page);
  expect(failingSince(later, log)).toBeUndefined();
  // Another zone's times, and a page of 1.31 without a time for each family.
  expect(failingSince(page, log.replaceAll('06:2', '08:2').replaceAll('06:1', '08:1'))).toBeUndefined();
  expect(
    failingSince('{"lastUpdated":"2026-11-26T06:20:40Z","currentTime":"2026-11-26T06:20:40Z"}', log),
  ).toBeUndefined();
});
