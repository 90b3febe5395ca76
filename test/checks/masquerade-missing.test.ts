import check from '../../src/checks/l3-network/masquerade-missing.js';
import { testCheck } from '../support/test-check.js';

const bare = { node: 'w1', source: '10.244.1.4', bare: true, unanswered: true };
const rule = { cites: '-A POSTROUTING -d 203.0.113.0/24 -j ACCEPT', command: 'iptables-nft-save -t nat' };

testCheck(check, {
  passes: {
    masqueraded: [{ leaving: { ...bare, source: '192.168.0.2', bare: false } }, 'it leaves w1 as 192.168.0.2'],
    'routed beyond the nodes': [
      { leaving: { ...bare, unanswered: false } },
      'it leaves w1 with the pod’s own address 10.244.1.4 and is answered',
    ],
  },
  fails: {
    'no rule': [
      { leaving: bare },
      'outage',
      'it leaves w1 with the pod’s own address 10.244.1.4, and 203.0.113.10 does not answer',
    ],
    'an exception comes first': [
      { leaving: { ...bare, rule } },
      'outage',
      'it leaves w1 with the pod’s own address 10.244.1.4, after "-A POSTROUTING -d 203.0.113.0/24 -j ACCEPT", and 203.0.113.10 does not answer',
    ],
  },
  skips: {
    'stays inside': [{ leaving: 'none' }, 'it stays in the cluster, or pod addresses are routed beyond it'],
  },
});
