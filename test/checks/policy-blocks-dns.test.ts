import check from '../../src/checks/l4-transport/policy-blocks-dns.js';
import { apiEnd, intendedOf, policy, webEnd } from '../../src/checks/samples-policy.js';
import { testCheck } from '../support/test-check.js';

const lookup = { dns: true, protocol: 'UDP', observed: 'silent', dests: [{ end: apiEnd, port: 53 }] } as const;
const tcpOnly = policy({
  name: 'allow-dns-tcp',
  types: ['Egress'],
  egress: [{ ports: [{ protocol: 'TCP', port: 53 }], peers: [] }],
});

testCheck(check, {
  passes: { 'no policy': [{ policyVerdict: intendedOf(lookup) }, 'no policy closes the lookup'] },
  fails: {
    'TCP allowed and UDP forgotten': [
      { policyVerdict: intendedOf({ ...lookup, source: { ...webEnd, selecting: [tcpOnly] } }) },
      'outage',
      'egress from pod/web is closed by NetworkPolicy allow-dns-tcp: its egress rule 1 would allow it, but it allows 53/tcp, not 53/udp',
    ],
  },
  skips: { 'no lookup': [{ policyVerdict: intendedOf() }, 'the flow is no lookup'] },
});
