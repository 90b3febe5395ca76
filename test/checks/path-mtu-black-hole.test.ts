import check from '../../src/checks/l3-network/path-mtu-black-hole.js';
import { testCheck } from '../support/test-check.js';

const sweep = (largestAnswered?: number, smallestLost?: number, reportedMtu?: number) => ({
  sweep: {
    tool: 'ping',
    raw: '',
    ...(largestAnswered === undefined ? {} : { largestAnswered }),
    ...(smallestLost === undefined ? {} : { smallestLost }),
    ...(reportedMtu === undefined ? {} : { reportedMtu }),
  },
});

testCheck(check, {
  passes: {
    'all sizes': [sweep(1500), 'packets of 1500 bytes are answered'],
    'the sender’s own link says no': [
      sweep(1450, 1460, 1450),
      'packets larger than 1450 bytes are refused with that number',
    ],
  },
  fails: {
    'large ones vanish': [
      sweep(1370, 1400),
      'outage',
      'packets of 1370 bytes to 10.244.2.7 are answered and those of 1400 bytes vanish, without an ICMP that says why',
    ],
    'large ones vanish, though the pod’s own link would let them through': [
      sweep(1400, 1410, 1450),
      'outage',
      'packets of 1400 bytes to 10.244.2.7 are answered and those of 1410 bytes vanish, without an ICMP that says why',
    ],
  },
  skips: {
    'one node': [{ sweep: 'not-needed' }, 'sizes are tried between pods of different nodes only'],
    'nothing answers pings': [
      sweep(undefined, 1280),
      'no ping was answered, whatever its size: nothing can be told from sizes',
    ],
    'one of many was lost': [sweep(1500, 1420), '1420 bytes were lost and 1500 answered: loss, but not by size'],
  },
});
