import { expect, test } from 'vitest';
import { readCorednsLog } from '../../src/facts/read/coredns-log.js';

// Lines of CoreDNS 1.14.6, from the stories of coredns-forbidden and coredns-upstream-unreachable.
const DENIED =
  'endpointslices.discovery.k8s.io is forbidden: User "system:serviceaccount:kube-system:coredns" cannot list resource "endpointslices" in API group "discovery.k8s.io" at the cluster scope';
const SILENT =
  '[ERROR] plugin/errors: 2 n47x2.wild.example.com. A: read udp 10.200.2.18:53866->192.168.108.1:53: i/o timeout';

test('a refusal of the API server is quoted from the resource on, whose group has digits', () => {
  const log = `[ERROR] plugin/kubernetes: Failed to watch: failed to list *v1.EndpointSlice: ${DENIED}\n`;
  expect(readCorednsLog('coredns-a', log + log).forbidden).toEqual([DENIED]);
});

test('upstreams that are silent are counted by their address', () => {
  expect(readCorednsLog('coredns-a', `${SILENT}\n${SILENT}\n`).upstreamTimeouts).toEqual([
    { server: '192.168.108.1:53', count: 2, line: SILENT },
  ]);
});
