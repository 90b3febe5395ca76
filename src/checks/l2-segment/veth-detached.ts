import { shown } from '../../evidence/shell.js';
import { wrongLink } from '../../model/host-link.js';
import { changes, defineCheck, fail, pass, reads, restarts, skip } from '../check.js';
import { hostLink, loose } from '../link-samples.js';

export default defineCheck({
  id: 'veth-detached',
  layer: 'L2',
  title: 'the pod’s link is up and joined to the bridge of its node',
  about: 'pod',
  needs: ['hostLink'],

  explain: {
    looksAt: 'The node’s end of the pod’s veth pair, found by its ifindex: whether it is up and a port of the bridge.',
    matters: 'The pod reaches nothing and nobody reaches it, while all other pods of the node are fine.',
    misleads: 'With Calico, kindnet or a cloud’s CNI no veth is in a bridge: there a route leads to each pod.',
  },

  judge({ hostLink: host }) {
    if (host.kind === 'host-network') return skip('the pod shares the network of its node');
    const { node, link } = host;
    const wrong = wrongLink(host);
    if (wrong === undefined)
      return pass(`${link.name} on ${node} is up${host.bridge ? ` and a port of ${host.bridge}` : ''}`);
    const command = shown`ip -d link show dev ${link.name}`;
    return fail({
      severity: 'outage',
      confidence: 'programmed',
      says: `${link.name}, the pod’s link on ${node}, ${wrong}`,
      cites: [
        { on: node, shows: `${link.name}: ${link.up ? 'up' : 'down'}, master ${link.master ?? 'none'}`, command },
      ],
      fix: [
        reads(
          `look for who changed it on ${node}: a network manager that thinks it its own`,
          'networkctl list; nmcli device',
        ),
        restarts('delete the pod if a controller makes it anew: a new one gets a new link'),
        changes(
          'or join it again',
          host.bridge
            ? shown`ip link set dev ${link.name} up master ${host.bridge}`
            : shown`ip link set dev ${link.name} up`,
        ),
      ],
      refute: reads(`on ${node} this would print UP${host.bridge ? ` and master ${host.bridge}` : ''}`, command),
      also: [{ kind: 'node', name: node }],
    });
  },

  examples: {
    subject: { kind: 'pod', namespace: 'shop', name: 'api-7c9f-x2kq' },
    fails: { hostLink: hostLink({ link: loose() }) },
    passes: { hostLink: hostLink() },
  },
});
