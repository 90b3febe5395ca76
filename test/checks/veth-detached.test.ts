import check from '../../src/checks/l2-segment/veth-detached.js';
import { hostLink, loose, veth } from '../../src/checks/link-samples.js';
import { testCheck } from '../support/test-check.js';

const { bridge: _, ...routed } = hostLink({ link: { ...loose(), name: 'cali440f455693' } });

testCheck(check, {
  passes: {
    'a port of the bridge': [{ hostLink: hostLink() }, 'veth3f1c2a9e on w1 is up and a port of cni0'],
    'Calico, which has no bridge': [{ hostLink: routed }, 'cali440f455693 on w1 is up'],
  },
  fails: {
    'taken out of the bridge': [
      { hostLink: hostLink({ link: loose() }) },
      'outage',
      'veth3f1c2a9e, the pod’s link on w1, is not a port of cni0',
    ],
    'in another bridge': [
      { hostLink: hostLink({ link: veth({ master: 'br0' }) }) },
      'outage',
      'veth3f1c2a9e, the pod’s link on w1, is not a port of cni0',
    ],
    'set down': [
      { hostLink: hostLink({ link: veth({ up: false, carrier: false }) }) },
      'outage',
      'veth3f1c2a9e, the pod’s link on w1, is down',
    ],
    'down inside the pod': [
      { hostLink: hostLink({ link: veth({ carrier: false }) }) },
      'outage',
      'veth3f1c2a9e, the pod’s link on w1, has no carrier: the pod’s end is down',
    ],
    'blocked by the spanning tree': [
      { hostLink: hostLink({ state: 'blocking' }) },
      'outage',
      'veth3f1c2a9e, the pod’s link on w1, is a port of cni0 in state blocking',
    ],
  },
  skips: {
    'a pod of the node’s network': [
      { hostLink: { kind: 'host-network', node: 'w1' } },
      'the pod shares the network of its node',
    ],
  },
});
