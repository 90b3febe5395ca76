import check from '../../src/checks/l7-application/dns-upstream-failing.js';
import { LOOKUP, NAMING } from '../../src/checks/samples.js';
import { testCheck } from '../support/test-check.js';

const lookup = { ...LOOKUP, name: 'www.example.com', addresses: [] };
const naming = { ...NAMING, external: true, lookup };
const upstreams = [{ server: '192.168.1.1:53', count: 7, line: 'i/o timeout', pod: 'coredns-1' }];
const CAUSE = 'CoreDNS has no answer from its upstream 192.168.1.1:53 (7 times in 5 minutes)';

testCheck(check, {
  passes: {
    'an answer': [{ naming: { ...naming, upstreams } }, 'www.example.com: NOERROR'],
    'a name that does not exist': [
      { naming: { ...naming, lookup: { ...lookup, rcode: 'NXDOMAIN' } } },
      'www.example.com: NXDOMAIN',
    ],
  },
  fails: {
    'SERVFAIL and the log': [
      { naming: { ...naming, upstreams, lookup: { ...lookup, rcode: 'SERVFAIL', elapsedMs: 4010 } } },
      'outage',
      `10.96.0.10 answered SERVFAIL for www.example.com after 4010 ms: ${CAUSE}`,
    ],
    'SERVFAIL alone': [
      { naming: { ...naming, lookup: { ...lookup, rcode: 'SERVFAIL', elapsedMs: 4010 } } },
      'outage',
      '10.96.0.10 answered SERVFAIL for www.example.com after 4010 ms: it forwards to 192.168.1.1',
    ],
    'silence and the log': [
      { naming: { ...naming, upstreams, lookup: { ...lookup, end: 'timeout', elapsedMs: 5000 } } },
      'outage',
      `10.96.0.10 did not answer for www.example.com after 5000 ms: ${CAUSE}`,
    ],
  },
  skips: {
    'silence alone': [
      { naming: { ...naming, lookup: { ...lookup, end: 'timeout' } } },
      'the nameserver did not answer at all',
    ],
    'the cluster’s own name': [
      { naming: { ...NAMING, upstreams, lookup: { ...LOOKUP, rcode: 'SERVFAIL' } } },
      'the name is the cluster’s own',
    ],
    'no lookup': [{ naming: { kind: 'no-lookup' } }, 'the flow is no lookup'],
  },
});
