import check from '../../src/checks/l7-application/pod-not-running.js';
import { testCheck } from '../support/test-check.js';

const web = {
  namespace: 'shop',
  name: 'web',
  what: 'pod/web does not run',
  why: 'Unschedulable: 0/3 nodes',
} as const;
const api = {
  namespace: 'shop',
  name: 'api',
  what: 'pod/api does not run',
  why: 'CrashLoopBackOff',
} as const;

testCheck(check, {
  passes: { 'both run': [{ idle: [] }, 'the pods at both ends run'] },
  fails: {
    'the source waits for a node': [{ idle: [web] }, 'outage', 'pod/web does not run: Unschedulable: 0/3 nodes'],
    'neither runs': [
      { idle: [web, api] },
      'outage',
      'pod/web does not run: Unschedulable: 0/3 nodes; pod/api does not run: CrashLoopBackOff',
    ],
  },
  skips: {},
});
