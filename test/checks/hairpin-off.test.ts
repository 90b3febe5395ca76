import check from '../../src/checks/l2-segment/hairpin-off.js';
import { hostLink } from '../../src/checks/link-samples.js';
import { testCheck } from '../support/test-check.js';

const call = (hairpin: boolean, backends = 2, promiscuous = false) => ({
  selfCall: { hostLink: hostLink({ hairpin }), backends, promiscuous },
});
const { hairpin: _, ...unread } = hostLink();

testCheck(check, {
  passes: {
    on: [call(true), 'veth3f1c2a9e on w1 has hairpin on'],
    'off on a promiscuous bridge': [call(false, 2, true), 'veth3f1c2a9e on w1 needs no hairpin'],
  },
  fails: {
    'off, with one more backend': [
      call(false),
      'degraded',
      'hairpin is off on veth3f1c2a9e, the pod’s port on w1: 1 of 2 connections, those led back to the pod itself, hang',
    ],
    'off, and no other backend': [
      call(false, 1),
      'outage',
      'hairpin is off on veth3f1c2a9e, the pod’s port on w1: the pod is the only backend and cannot reach itself',
    ],
  },
  skips: {
    'calls somebody else': [{ selfCall: 'none' }, 'the source is no backend of what it calls, or hangs on no bridge'],
    'flags not read': [
      { selfCall: { hostLink: unread, backends: 2, promiscuous: false } },
      'the flags of veth3f1c2a9e on w1 were not read',
    ],
  },
});
