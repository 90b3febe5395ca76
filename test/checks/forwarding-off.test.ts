import check from '../../src/checks/l3-network/forwarding-off.js';
import { testCheck } from '../support/test-check.js';

const pod = { namespace: 'shop', name: 'web', ip: '10.244.1.7' };
const set = (value?: string, ownPods = [pod]) => ({
  sysctls: value === undefined ? {} : { 'net.ipv4.ip_forward': value },
  ownPods,
});

testCheck(check, {
  passes: {
    'switched on': [set('1'), 'net.ipv4.ip_forward is 1'],
  },
  skips: {
    'not read': [set(), 'net.ipv4.ip_forward was not among what was read'],
  },
  fails: {
    'off with a pod': [
      set('0'),
      'outage',
      'net.ipv4.ip_forward is 0: the node drops every packet to and from its 1 pod that it should forward',
    ],
    'off and nobody there to miss it': [
      set('0', []),
      'risk',
      'net.ipv4.ip_forward is 0: the node drops every packet to and from its 0 pods that it should forward',
    ],
  },
});
