import { counted } from '../../model/listed.js';
import { defineCheck, pass } from '../check.js';
import { linkFailure, works } from '../link-failure.js';
import { bridge, nic, podBridge, veth } from '../link-samples.js';

export default defineCheck({
  id: 'link-down',
  layer: 'L1',
  title: 'the node’s own link, its pods’ bridge and their veths are up',
  about: 'node',
  needs: ['uplink', 'podBridge', 'podLinks'],

  explain: {
    looksAt: 'The link that holds the node’s InternalIP, the bridge of its pods, and the node’s ends of their veths.',
    matters:
      'A link that is down drops every packet given to it, and the kernel forgets the routes that led over it: ' +
      'one veth cuts off a pod, the bridge all pods of the node.',
    misleads:
      'A docker0 without containers has no carrier and is fine. A tunnel device reports its state as UNKNOWN and is up.',
  },

  judge({ uplink, podBridge: hung, podLinks }, { name: node }) {
    const pods = counted(podLinks.length, 'pod');
    const own = uplink.link;
    if (own && !works(own))
      return linkFailure({ node, links: [own], role: `which holds ${uplink.ip}`, severity: 'outage' });
    if (hung !== 'none' && hung.link && !hung.link.up && podLinks.length > 0)
      return linkFailure({ node, links: [hung.link], role: `the bridge of ${pods} here`, severity: 'outage' });
    const ports = hung === 'none' ? [] : hung.ports.filter(({ up }) => !up);
    const cut = podLinks.flatMap(({ link }) => (link && !works(link) ? [link] : []));
    const links = [...new Map([...ports, ...cut].map((link) => [link.name, link])).values()];
    const role = links.length > 1 ? 'which lead to pods' : 'which leads to a pod';
    if (links.length > 0) return linkFailure({ node, links, role, severity: 'degraded' });
    return pass(`${own ? `${own.name} is up, and so is` : 'up is'} what leads to ${pods}`);
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: {
      uplink: { ip: '192.168.0.2', link: nic() },
      podBridge: podBridge({ link: bridge({ up: false, carrier: false }) }),
      podLinks: [{ namespace: 'shop', name: 'api', ip: '10.244.1.7' }],
    },
    passes: {
      uplink: { ip: '192.168.0.2', link: nic() },
      podBridge: podBridge(),
      podLinks: [{ namespace: 'shop', name: 'api', ip: '10.244.1.7', link: veth() }],
    },
  },
});
