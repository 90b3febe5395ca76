import { shown } from '../../evidence/shell.js';
import { nodeOf, type Stop } from '../../path/stops.js';
import { changes, defineCheck, reads, skip } from '../check.js';
import { prediction } from '../flow-samples.js';
import { FLOW_TO_NODE } from '../samples.js';
import { stoppedOnTheWay } from '../stopped-on-the-way.js';

/** Packets for a node itself that find no socket; a pod's sockets are judged by port-not-listened. */
const isIt = ({ refused, way, netns, step }: Stop): boolean =>
  refused && way === 'there' && nodeOf(netns) !== undefined && step.says.startsWith('nothing listens on ');

export default defineCheck({
  id: 'host-not-listening',
  layer: 'L4',
  title: 'a program listens where the flow ends at a node itself',
  about: 'flow',
  needs: ['predicted', 'ends'],

  explain: {
    looksAt: 'The sockets of the node at whose own address the predicted path of the flow ends.',
    matters:
      'The API server, kubelets and exporters listen on nodes. Where such a program is gone or bound to another ' +
      'address, the node’s kernel answers with a reset: refused, though the network is sound.',
    misleads: 'A NodePort needs no socket: kube-proxy’s rules serve it, and `ss` shows nothing on a healthy node.',
  },

  judge({ predicted, ends }, { port, protocol }) {
    if (ends.addressNode === undefined) return skip('the flow goes to no node’s own address');
    if (ends.port?.nodePort === port) return skip('rules serve a NodePort, and no socket');
    return stoppedOnTheWay(predicted, {
      isIt,
      passes: 'no packet of the flow comes to a node’s own port where nothing listens',
      says: ({ on, step }) => `${on} refuses the packet: ${step.says.replace(/ in node\/\S+$/, '')} there`,
      fix: ({ on, command }) => [
        reads(`see on ${on} what listens, and on which address`, command),
        changes('start the program that should listen there, or ask for the port and address it listens on'),
      ],
      refute: ({ on }) =>
        reads(
          `on ${on} this would print a socket`,
          shown`ss -Hln ${protocol === 'tcp' ? '-t' : '-u'} ${`sport = :${port}`}`,
        ),
    });
  },

  examples: {
    subject: FLOW_TO_NODE,
    fails: {
      ends: { endpoints: [], addressNode: 'w2' },
      predicted: prediction('dropped', {
        kind: 'refuse',
        says: 'nothing listens on 192.168.0.2:9100/tcp in node/w2',
        command: 'ss -Hlntp',
      }),
    },
    passes: { ends: { endpoints: [], addressNode: 'w2' }, predicted: prediction('delivered') },
  },
});
