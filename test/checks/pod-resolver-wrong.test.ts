import { expect, test } from 'vitest';
import check from '../../src/checks/l7-application/pod-resolver-wrong.js';
import { clusterDns, pod } from '../../src/checks/samples.js';
import { resolverOf } from '../../src/model/resolver.js';
import { testCheck } from '../support/test-check.js';

const read = { kind: 'read', policy: 'cluster', wanted: ['10.96.0.10'], search: ['shop.svc.cluster.local'] } as const;

testCheck(check, {
  passes: {
    'the Service': [{ resolver: { ...read, servers: ['10.96.0.10'] } }, 'it asks 10.96.0.10'],
    'NodeLocal DNS': [{ resolver: { ...read, servers: ['169.254.20.10'] } }, 'it asks 169.254.20.10'],
  },
  fails: {
    'an address of the past': [
      { resolver: { ...read, servers: ['10.96.0.99'] } },
      'degraded',
      'resolv.conf names 10.96.0.99, and the cluster’s nameserver is 10.96.0.10',
    ],
    'in its node’s network': [
      { resolver: { ...read, policy: 'host', servers: ['192.168.1.1'] } },
      'risk',
      'it shares its node’s network with dnsPolicy ClusterFirst, so it resolves as the node does, at 192.168.1.1',
    ],
    'another domain': [
      { resolver: { ...read, servers: ['10.96.0.10'], missingSearch: 'shop.svc.corp.local' } },
      'degraded',
      'resolv.conf does not search shop.svc.corp.local: short names of Services are not found',
    ],
  },
  skips: {
    Default: [
      { resolver: { kind: 'does-not-apply', why: 'dnsPolicy Default does not ask for the cluster’s nameserver' } },
      'dnsPolicy Default does not ask for the cluster’s nameserver',
    ],
  },
});

test('what a pod ought to ask', () => {
  const conf = { nameservers: ['10.96.0.10'], search: ['shop.svc.cluster.local'], ndots: 5, options: [] };
  const dns = clusterDns({ corefile: '.:53 {\n  kubernetes cluster.local in-addr.arpa ip6.arpa {\n  }\n}' });
  expect(resolverOf(pod(), conf, dns)).toEqual({ ...read, servers: ['10.96.0.10'] });
  expect(resolverOf(pod({ namespace: 'store' }), conf, dns)).toMatchObject({
    missingSearch: 'store.svc.cluster.local',
  });
  expect(resolverOf(pod({ hostNetwork: true }), conf, dns)).toMatchObject({ policy: 'host' });
  expect(resolverOf(pod({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }), conf, dns)).toMatchObject({
    policy: 'cluster',
  });
});
