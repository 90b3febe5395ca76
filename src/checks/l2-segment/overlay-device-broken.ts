import { shown } from '../../evidence/shell.js';
import type { Overlay } from '../../model/overlay.js';
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
    const wrong = whatIsWrong(tunnel);
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

function whatIsWrong({
  link,
  wants: { source, vni, port, local, address },
  addresses,
  nodeAddresses,
}: Overlay): string | undefined {
  if (!link) return `does not exist, while ${source} tell of it`;
  if (!link.up) return 'is down: nothing leaves for the pods of other nodes';
  const tunnel = link.vxlan?.external ? undefined : link.vxlan;
  if (tunnel && vni !== undefined && tunnel.vni !== vni) return `has VNI ${tunnel.vni} instead of ${vni}`;
  if (tunnel && port !== undefined && tunnel.port !== port) return `uses UDP port ${tunnel.port} instead of ${port}`;
  const from = tunnel?.local;
  if (from !== undefined && !nodeAddresses.includes(from)) return `sends from ${from}, which the node does not hold`;
  // A published address that no link holds is a NAT’s in front of the node: then the two differ rightly.
  if (from !== undefined && local !== undefined && from !== local && nodeAddresses.includes(local))
    return `sends from ${from}, while the other nodes send to ${local}`;
  return address === undefined || addresses.includes(address) ? undefined : `does not hold its address ${address}`;
}
