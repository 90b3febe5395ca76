import check from '../../src/checks/l3-network/path-stops.js';
import { testCheck } from '../support/test-check.js';

const stops = {
  kind: 'stops',
  netns: 'node/w1',
  does: 'has no route for the packet',
  by: '100: from all to 10.244.2.7 blackhole',
  command: 'ip rule show',
  share: 1,
} as const;

testCheck(check, {
  passes: {
    nowhere: [{ stopping: { kind: 'goes' } }, 'the packet and its answer are stopped nowhere'],
  },
  fails: {
    'by a rule of routing': [
      { stopping: stops },
      'outage',
      'w1 has no route for the packet: 100: from all to 10.244.2.7 blackhole',
    ],
    'one backend of two': [
      { stopping: { ...stops, share: 0.5 } },
      'degraded',
      'w1 has no route for the packet: 100: from all to 10.244.2.7 blackhole',
    ],
    'in a pod': [
      { stopping: { ...stops, netns: 'pod/shop/api', does: 'drops the packet', by: '-A INPUT -j DROP' } },
      'outage',
      'pod/api drops the packet: -A INPUT -j DROP',
    ],
  },
  skips: {
    'not known': [
      { stopping: { kind: 'open', why: 'the way is not known to its end' } },
      'the way is not known to its end',
    ],
  },
});
