import { shown } from '../../evidence/shell.js';
import { wrongOverlay } from '../../model/wrong-overlay.js';
import { defineCheck, fail, pass, reads, restarts, skip } from '../check.js';
import { overlay, vxlan } from '../link-samples.js';
import { podsOn } from '../node-commands.js';

export default defineCheck({
  id: 'overlay-device-broken',
  layer: 'L2',
  title: 'the tunnel device is there, up, and as the other nodes expect it',
  about: 'node',
  needs: ['overlay'],

  explain: {
    looksAt:
      'The tunnel device of the pod network: whether it is there and up, and its VNI, port and underlay address ' +
      'against what the Node’s annotations tell the other nodes.',
    matters: 'All traffic between pods of different nodes goes through it: without it each node is an island.',
    misleads: 'Tunnel devices show `state UNKNOWN`, even in health: the flag UP is what counts.',
  },

  judge({ overlay: tunnel }, { name: node }) {
    if (tunnel === 'none') return skip('no tunnel is in use here');
    const { device, wants } = tunnel;
    const wrong = wrongOverlay(tunnel);
    if (wrong === undefined) return pass(`${device} is up, as ${wants.source} say`);
    const command = shown`ip -d addr show dev ${device}`;
    return fail({
      severity: 'outage',
      confidence: 'programmed',
      says: `${device} ${wrong}`,
      cites: [{ on: node, shows: `${device} ${wrong}`, command }],
      fix: [
        reads('find the CNI agent of this node and read its log', podsOn(node)),
        restarts(`restart the CNI agent on ${node}: it makes the device, its routes and neighbours when it starts`),
      ],
      refute: reads(`on ${node} this would print UP, VNI, port and local address as expected`, command),
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: { overlay: overlay({ link: vxlan({ up: false }) }) },
    passes: { overlay: overlay() },
  },
});
