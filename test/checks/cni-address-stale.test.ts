import check from '../../src/checks/l2-segment/cni-address-stale.js';
import { podBridge } from '../../src/checks/link-samples.js';
import { testCheck } from '../support/test-check.js';

const ownPods = [{ namespace: 'shop', name: 'api', ip: '10.244.1.7' }];
const { link: _, ...unmade } = podBridge({ addresses: [] });
const address = (ip: string) => ({ link: 'cni0', family: 4, ip, prefix: 24, scope: 'global' }) as const;

testCheck(check, {
  passes: {
    'an address of the range': [
      { podBridge: podBridge(), podRanges: ['10.244.1.0/24'], ownPods },
      'cni0 has 10.244.1.1/24, of 10.244.1.0/24',
    ],
    'the former one is there too': [
      {
        podBridge: podBridge({ addresses: [address('10.244.9.1'), address('10.244.1.1')] }),
        podRanges: ['10.244.1.0/24'],
        ownPods,
      },
      'cni0 has 10.244.9.1/24 and 10.244.1.1/24, of 10.244.1.0/24',
    ],
  },
  fails: {
    'the address of a former range': [
      { podBridge: podBridge({ addresses: [address('10.244.171.1')] }), podRanges: ['10.244.1.0/24'], ownPods },
      'outage',
      'cni0 has 10.244.171.1/24, outside of 10.244.1.0/24: the node has no route to its 1 pod',
    ],
    'no address': [
      { podBridge: podBridge({ addresses: [] }), podRanges: ['10.244.1.0/24'], ownPods },
      'outage',
      'cni0 has no address: the node has no route to its 1 pod',
    ],
    'nobody hangs on it yet': [
      { podBridge: podBridge(), podRanges: ['10.244.2.0/24'], ownPods: [] },
      'risk',
      'cni0 has 10.244.1.1/24, outside of 10.244.2.0/24: the node has no route to its 0 pods',
    ],
  },
  skips: {
    'a node without pods so far': [
      { podBridge: unmade, podRanges: ['10.244.1.0/24'], ownPods: [] },
      'no bridge for pods on this node',
    ],
    Calico: [{ podBridge: 'none', podRanges: [], ownPods }, 'no bridge for pods on this node'],
    'a bridge CNI with books of its own': [
      { podBridge: podBridge(), podRanges: [], ownPods },
      'the Node object does not decide its pods’ range',
    ],
  },
});
