import check from '../../src/checks/l3-network/reverse-path-drop.js';
import { prediction } from '../../src/checks/flow-samples.js';
import { testCheck } from '../support/test-check.js';

const strict = {
  kind: 'drop',
  says: 'dropped at routing',
  cites: 'rp_filter is 1 and the way back is "10.244.1.4 dev eth1"',
  command: 'sysctl net.ipv4.conf.all.rp_filter net.ipv4.conf.flannel.1.rp_filter',
} as const;
const firewall = { kind: 'drop', says: '', cites: '-P FORWARD DROP', command: 'iptables-nft-save -t filter' } as const;
const right = 'every link the packet comes in by is the one its source is reached by';

testCheck(check, {
  passes: {
    delivered: [{ predicted: prediction('delivered') }, right],
    'dropped by a firewall': [{ predicted: prediction('dropped', firewall) }, right],
  },
  fails: {
    'strict, and the way back is another': [
      { predicted: prediction('dropped', strict) },
      'outage',
      'w2 drops the packet by rp_filter: rp_filter is 1 and the way back is "10.244.1.4 dev eth1"',
    ],
    'one backend of two': [
      { predicted: prediction('dropped', strict, 0.5) },
      'degraded',
      'w2 drops the packet by rp_filter: rp_filter is 1 and the way back is "10.244.1.4 dev eth1"',
    ],
  },
  skips: {
    'not known': [{ predicted: prediction('unknown') }, 'the way is not known to its end'],
  },
});
