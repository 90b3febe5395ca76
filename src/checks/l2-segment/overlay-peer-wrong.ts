import { wrongPeers } from '../../model/wrong-peers.js';
import { counted } from '../../model/listed.js';
import { changes, defineCheck, fail, pass, reads, restarts, skip } from '../check.js';
import { overlay, peer, peers } from '../link-samples.js';
import { getNode } from '../node-commands.js';

export default defineCheck({
  id: 'overlay-peer-wrong',
  layer: 'L2',
  title: 'the node knows each peer’s tunnel, and the peers know its own',
  about: 'node',
  needs: ['peers', 'overlay'],

  explain: {
    looksAt:
      'For each other node: the neighbour entry of its tunnel and the forwarding entry of that MAC, against the ' +
      'annotations of its Node; and this node’s own tunnel MAC against the one it publishes.',
    matters:
      'A VXLAN device asks nobody: it sends to the MAC and address it was told. A missing or stale entry is a silent ' +
      'black hole for all pods of one peer, while every other pair of nodes works.',
    misleads: 'Just after its start the CNI agent writes the entries one by one: look again after some seconds.',
  },

  judge({ peers: known, overlay: tunnel }, { name: node }) {
    if (known === 'none') return skip('no tunnel whose peers stand in a forwarding table');
    if (tunnel !== 'none' && !tunnel.link?.up) return skip(`${known.device} is down: its peers do not matter yet`);
    const wrong = wrongPeers(node, known);
    const [first] = wrong;
    if (!first) return pass(`${known.device} knows ${counted(known.list.length, 'peer')} as published`);
    return fail({
      severity: 'outage',
      confidence: 'programmed',
      says: wrong.length > 1 ? `${first.says}; ${wrong.length - 1} more wrong` : first.says,
      cites: wrong.slice(0, 3).map(({ shows, command }) => ({ on: node, shows, command })),
      fix: [
        reads('compare with what the Node publishes', getNode(first.about)),
        restarts(`restart the CNI agent on ${node}: it publishes its own MAC and writes all peers when it starts`),
        ...(first.repair ? [changes('or put back this one entry', first.repair)] : []),
      ],
      refute: reads(`on ${node} this would print what the Node publishes`, first.command),
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: { overlay: overlay(), peers: peers({ list: [peer({ sentTo: [] })] }) },
    passes: { overlay: overlay(), peers: peers() },
  },
});
