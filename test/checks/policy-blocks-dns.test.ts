import check from '../../src/checks/l4-transport/policy-blocks-dns.js';
import { policed, policy } from '../../src/checks/samples-policy.js';
import { testCheck } from '../support/test-check.js';

const lookup = { ...policed, dns: true, protocol: 'UDP', port: 53, observed: 'silent' as const };
const tcpOnly = policy({
  name: 'allow-dns-tcp',
  types: ['Egress'],
  egress: [{ ports: [{ protocol: 'TCP', port: 53 }], peers: [] }],
});

testCheck(check, {
  passes: { 'no policy': [{ policed: lookup }, 'no policy closes it'] },
  fails: {
    'TCP allowed and UDP forgotten': [
      { policed: { ...lookup, source: { ...policed.source, selecting: [tcpOnly] } } },
      'outage',
      'egress from pod/web is closed by NetworkPolicy allow-dns-tcp: no rule allows 53/udp',
    ],
  },
  skips: { 'no lookup': [{ policed }, 'the flow is no lookup'] },
});
