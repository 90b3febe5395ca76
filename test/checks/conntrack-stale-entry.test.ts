import { expect, test } from 'vitest';
import check from '../../src/checks/l5-session/conntrack-stale-entry.js';
import { endpoint } from '../../src/checks/samples.js';
import type { ConntrackEntry } from '../../src/facts/network.js';
import { isStale } from '../../src/model/stale-entries.js';
import { testCheck } from '../support/test-check.js';

const read = {
  kind: 'read',
  node: 'w1',
  address: '10.96.0.10',
  port: 53,
  service: { namespace: 'kube-system', name: 'kube-dns' },
  entries: 5,
} as const;
const old = { client: '10.244.1.4', own: true, answersFrom: '10.244.9.9', text: 'udp' };

testCheck(check, {
  passes: {
    'living backends only': [
      { staleEntries: { ...read, stale: [] } },
      '5 tracked UDP flows to 10.96.0.10:53, none of them to a backend that is gone',
    ],
  },
  fails: {
    'the source’s own socket': [
      { staleEntries: { ...read, stale: [old] } },
      'degraded',
      '1 of 5 tracked UDP flows to 10.96.0.10:53 on w1 are kept to 10.244.9.9, which is no endpoint (1 of the source’s own)',
    ],
    'somebody else’s': [
      { staleEntries: { ...read, stale: [{ ...old, own: false, client: '10.244.1.8' }] } },
      'risk',
      '1 of 5 tracked UDP flows to 10.96.0.10:53 on w1 are kept to 10.244.9.9, which is no endpoint (of 10.244.1.8)',
    ],
    'made before the rules were': [
      { staleEntries: { ...read, stale: [{ ...old, answersFrom: '10.96.0.10' }] } },
      'degraded',
      '1 of 5 tracked UDP flows to 10.96.0.10:53 on w1 are not translated at all (1 of the source’s own)',
    ],
  },
  skips: { TCP: [{ staleEntries: { kind: 'does-not-apply', why: 'TCP clients notice' } }, 'TCP clients notice'] },
});

const entry = (from: string, unreplied: boolean): ConntrackEntry => ({
  protocol: 'udp',
  timeoutSeconds: 25,
  original: { src: '10.244.1.4', dst: '10.96.0.10', sport: 40_000, dport: 53 },
  reply: { src: from, dst: '10.244.1.4', sport: 53, dport: 40_000 },
  unreplied,
  assured: false,
  mark: 0,
  text: '',
});

test('which entries are stale', () => {
  const ends = { endpoints: [endpoint({ ip: '10.244.1.2' }), endpoint({ ip: '10.244.2.2', ready: false })] };
  expect(isStale(entry('10.244.1.2', true), ends)).toBe(false);
  expect(isStale(entry('10.244.2.2', false), ends)).toBe(false);
  expect(isStale(entry('10.244.9.9', true), ends)).toBe(true);
  // Answered once, by a backend that has gone since.
  expect(isStale(entry('10.244.9.9', false), ends)).toBe(true);
  expect(isStale(entry('10.96.0.10', true), ends)).toBe(true);
  expect(isStale(entry('10.96.0.10', false), ends)).toBe(false);
});
