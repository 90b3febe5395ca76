import check from '../../src/checks/l1-link/link-errors.js';
import { linkCounters, nic } from '../../src/checks/link-samples.js';
import { testCheck } from '../support/test-check.js';

const uplink = { ip: '192.168.0.2', link: nic() };
const { before } = linkCounters(0);

testCheck(check, {
  passes: {
    'none, whatever there was since boot': [
      { uplink, linkCounters: linkCounters(0) },
      'eth0: 0 errors beside 1200 packets in 3.6 s',
    ],
    'frames dropped on receipt only': [
      {
        uplink,
        linkCounters: { before, after: { eth0: { ...before['eth0']!, rxDropped: 9000 } }, elapsedMs: 3600 },
      },
      'eth0: 0 errors beside 0 packets in 3.6 s',
    ],
  },
  fails: {
    'one in a hundred': [
      { uplink, linkCounters: linkCounters(10, 990) },
      'degraded',
      'eth0: 10 errors beside 990 packets in 3.6 s',
    ],
    'a few among many': [
      { uplink, linkCounters: linkCounters(9, 991) },
      'risk',
      'eth0: 9 errors beside 991 packets in 3.6 s',
    ],
  },
  skips: {
    'no second sample': [
      { uplink, linkCounters: { before, elapsedMs: 0 } },
      'the counters of the node’s own link were not read twice',
    ],
    'no link holds the InternalIP': [
      { uplink: { ip: '203.0.113.9' }, linkCounters: linkCounters(9) },
      'the counters of the node’s own link were not read twice',
    ],
  },
});
