import check from '../../src/checks/l4-transport/host-not-listening.js';
import { prediction } from '../../src/checks/flow-samples.js';
import { FLOW_TO_NODE } from '../../src/checks/samples.js';
import { testCheck } from '../support/test-check.js';

const ends = { endpoints: [], addressNode: 'w2' };
const nobody = {
  kind: 'refuse',
  says: 'nothing listens on 192.168.0.2:9100/tcp in node/w2',
  command: 'ss -Hlntp',
} as const;
const firewall = {
  kind: 'refuse',
  says: 'filter INPUT: refused',
  cites: '-A INPUT -j REJECT',
  command: 'iptables-nft-save -t filter',
} as const;
const right = 'no packet of the flow comes to a node’s own port where nothing listens';
const nodePort = { name: 'http', protocol: 'TCP', port: 80, targetPort: 8080, nodePort: 9100 } as const;

testCheck(check, {
  passes: {
    delivered: [{ ends, predicted: prediction('delivered') }, right, FLOW_TO_NODE],
    'refused by a rule': [{ ends, predicted: prediction('dropped', firewall) }, right, FLOW_TO_NODE],
  },
  fails: {
    'no socket': [
      { ends, predicted: prediction('dropped', nobody) },
      'outage',
      'w2 refuses the packet: nothing listens on 192.168.0.2:9100/tcp there',
      FLOW_TO_NODE,
    ],
    'one backend of two': [
      { ends, predicted: prediction('dropped', nobody, 0.5) },
      'degraded',
      'w2 refuses the packet: nothing listens on 192.168.0.2:9100/tcp there',
      FLOW_TO_NODE,
    ],
  },
  skips: {
    'not known': [{ ends, predicted: prediction('unknown') }, 'the way is not known to its end', FLOW_TO_NODE],
    'a NodePort': [
      { ends: { ...ends, port: nodePort }, predicted: prediction('dropped', nobody) },
      'rules serve a NodePort, and no socket',
      FLOW_TO_NODE,
    ],
    'to a pod': [
      { ends: { endpoints: [] }, predicted: prediction('dropped', nobody) },
      'the flow goes to no node’s own address',
    ],
  },
});
