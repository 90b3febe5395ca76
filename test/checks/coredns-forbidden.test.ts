import check from '../../src/checks/l7-application/coredns-forbidden.js';
import { clusterDns } from '../../src/checks/samples.js';
import { testCheck } from '../support/test-check.js';

const dns = clusterDns();
const down = clusterDns({ endpoints: [] });
const refused = [{ pod: 'coredns-1', line: 'endpointslices.discovery.k8s.io is forbidden: User "x" cannot list' }];
const SAYS = 'the API server refuses CoreDNS: endpointslices.discovery.k8s.io is forbidden: User "x" cannot list';

testCheck(check, {
  passes: {
    'all granted, nothing refused': [{ dns, dnsRights: { missing: [], refused: [] } }, 'no refusal by the API server'],
    'a role we may not read, and a quiet log': [
      { dns, dnsRights: { missing: 'not-known', refused: [] } },
      'no refusal by the API server',
    ],
    'repaired since': [{ dns, dnsRights: { missing: [], refused } }, 'refused once, and allowed since'],
  },
  fails: {
    'never became ready': [{ dns: down, dnsRights: { missing: 'not-known', refused } }, 'outage', SAYS],
    'both witnesses, old answers go on': [
      { dns, dnsRights: { missing: ['endpointslices'], refused } },
      'degraded',
      SAYS,
    ],
    'a log alone convicts of nothing present': [{ dns, dnsRights: { missing: 'not-known', refused } }, 'risk', SAYS],
    'a role cut while the watch still runs': [
      { dns, dnsRights: { missing: ['services', 'namespaces'], refused: [] } },
      'risk',
      'ClusterRole system:coredns does not grant list and watch of services, namespaces',
    ],
  },
  skips: {
    'no CoreDNS': [
      { dns: { endpoints: [], pods: [], forwards: [] }, dnsRights: { missing: [], refused: [] } },
      'no CoreDNS pod behind Service kube-dns',
    ],
  },
});
