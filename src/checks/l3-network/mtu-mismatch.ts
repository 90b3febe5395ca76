import { shown } from '../../evidence/shell.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';

export default defineCheck({
  id: 'mtu-mismatch',
  layer: 'L3',
  title: 'what pods may send fits through the tunnel and the node’s own link',
  about: 'node',
  needs: ['mtus'],

  explain: {
    looksAt: 'The MTU of the pods’ links, of the tunnel device with what it adds, and of the link that carries it.',
    matters:
      'A packet that does not fit is dropped or taken apart at the seam. The sender learns of it only by an ICMP that ' +
      'firewalls like to drop: handshakes and small answers pass, large ones never end.',
    misleads: 'Cilium keeps large links and puts the smaller size on routes inside the pods: not judged here.',
  },

  judge({ mtus }, { name: node }) {
    if (mtus === 'none') return skip('sizes are kept on routes, or the node’s own link is not known');
    const { uplink, tunnel, pods } = mtus;
    const sizes = [pods, tunnel, uplink].flatMap((link) => (link ? [`${link.name} ${link.mtu}`] : [])).join(', ');
    const room = uplink.mtu - (tunnel?.adds ?? 0);
    const tight = tunnel !== undefined && tunnel.mtu > room;
    const way = tunnel && tunnel.mtu <= room ? tunnel : { ...uplink, mtu: room };
    if (!tight && (pods === undefined || pods.mtu <= way.mtu)) return pass(sizes);
    const [large, small] = tight ? [tunnel, { ...uplink, mtu: room }] : [pods!, way];
    const command = shown`ip link show dev ${large.name}`;
    return fail({
      severity: tight ? 'degraded' : 'risk',
      confidence: 'programmed',
      says: `${large.name} takes packets of ${large.mtu} bytes, and ${small.name} has room for ${small.mtu} of them`,
      cites: [large, tight ? uplink : small].map(({ name }) => ({
        on: node,
        shows: sizes,
        command: shown`ip link show dev ${name}`,
      })),
      fix: [
        reads(
          'measure what really passes, from a pod to a pod of another node',
          shown`ping -M do -c 2 -s ${small.mtu - 28} ADDRESS`,
        ),
        changes(`set the CNI’s MTU to ${small.mtu}, then delete the pods of ${node}: new ones get it`),
      ],
      refute: reads(`on ${node} this would print mtu ${small.mtu} or less`, command),
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: { mtus: { uplink: { name: 'eth0', mtu: 1400 }, tunnel: { name: 'flannel.1', mtu: 1450, adds: 50 } } },
    passes: {
      mtus: {
        uplink: { name: 'eth0', mtu: 1500 },
        tunnel: { name: 'flannel.1', mtu: 1450, adds: 50 },
        pods: { name: 'veth3f1c2a9e', mtu: 1450 },
      },
    },
  },
});
