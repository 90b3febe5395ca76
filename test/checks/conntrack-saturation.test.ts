import check from '../../src/checks/l4-transport/conntrack-saturation.js';
import { testCheck } from '../support/test-check.js';

const zero = { found: 0, invalid: 0, insertFailed: 0, drop: 0, earlyDrop: 0 };
const table = (count: number, after: Partial<typeof zero> = {}) => ({
  conntrackTable: { count, max: 1000 },
  conntrackStats: { before: zero, after: { ...zero, ...after }, elapsedMs: 2500 },
});

testCheck(check, {
  passes: {
    'an idle node': [table(0), 'table at 0 of 1000 entries (0%)'],
    'one entry below the line': [table(899), 'table at 899 of 1000 entries (89%)'],
    'insert races are another illness': [
      table(300, { drop: 5, insertFailed: 5 }),
      'table at 300 of 1000 entries (30%)',
    ],
    'no second sample': [
      { conntrackTable: { count: 1, max: 1000 }, conntrackStats: { before: { ...zero, drop: 9 }, elapsedMs: 0 } },
      'table at 1 of 1000 entries (0%)',
    ],
    'a counter that was reset': [
      {
        conntrackTable: { count: 1, max: 1000 },
        conntrackStats: { before: { ...zero, drop: 9 }, after: zero, elapsedMs: 1 },
      },
      'table at 1 of 1000 entries (0%)',
    ],
  },
  fails: {
    'on the line': [table(900), 'risk', 'table at 900 of 1000 entries (90%)'],
    'full but nothing dropped yet': [table(1000), 'risk', 'table at 1000 of 1000 entries (100%)'],
    'making room at others’ cost': [
      table(1000, { earlyDrop: 3 }),
      'degraded',
      'evicted 3 entries in 2.5 s, table at 1000 of 1000 entries (100%)',
    ],
    'dropping, though drained since': [
      table(120, { drop: 7 }),
      'outage',
      'dropped 7 packets in 2.5 s, table at 120 of 1000 entries (12%)',
    ],
  },
});
