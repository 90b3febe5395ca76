import { shown } from '../../evidence/shell.js';
import { changes, defineCheck, fail, pass, reads, restarts, skip } from '../check.js';
import { hostLink } from '../link-samples.js';

export default defineCheck({
  id: 'hairpin-off',
  layer: 'L2',
  title: 'a pod that calls its own Service can reach itself',
  about: 'flow',
  needs: ['selfCall'],

  explain: {
    looksAt: 'For a pod that is a backend of the Service it calls: the hairpin flag of its port of the node’s bridge.',
    matters:
      'The answer to a connection that a Service leads back to its sender has to leave the bridge where it came in. ' +
      'Without hairpin the bridge drops it: one of N connections hangs, N being the number of backends.',
    misleads:
      'It looks like one sick replica, which is fine from every other pod. Routed CNIs and promiscuous bridges need none.',
  },

  judge({ selfCall }) {
    if (selfCall === 'none') return skip('the source is no backend of what it calls, or hangs on no bridge');
    const { hostLink: host, backends, promiscuous } = selfCall;
    const { name } = host.link;
    if (host.hairpin === undefined) return skip(`the flags of ${name} on ${host.node} were not read`);
    if (host.hairpin || promiscuous)
      return pass(`${name} on ${host.node} ${host.hairpin ? 'has hairpin on' : 'needs no hairpin'}`);
    const share =
      backends > 1
        ? `1 of ${backends} connections, those led back to the pod itself, hang`
        : 'the pod is the only backend and cannot reach itself';
    const command = shown`cat /sys/class/net/${name}/brport/hairpin_mode`;
    return fail({
      severity: backends > 1 ? 'degraded' : 'outage',
      confidence: 'programmed',
      says: `hairpin is off on ${name}, the pod’s port on ${host.node}: ${share}`,
      cites: [{ on: host.node, shows: `${name} hairpin off`, command: shown`bridge -d link show dev ${name}` }],
      fix: [
        reads(`see whether the CNI file of ${host.node} asks for hairpinMode`, 'grep -r hairpinMode /etc/cni/net.d'),
        restarts('set "hairpinMode": true there, then delete the pod: a new one gets a port with the flag'),
        changes('or set it on this port', shown`bridge link set dev ${name} hairpin on`),
      ],
      refute: reads(`on ${host.node} this would print 1`, command),
      also: [{ kind: 'node', name: host.node }],
    });
  },

  examples: {
    subject: {
      kind: 'flow',
      source: { kind: 'pod', namespace: 'shop', name: 'api-7c9f-x2kq' },
      protocol: 'tcp',
      address: '10.96.7.20',
      port: 80,
      service: { namespace: 'shop', name: 'api', port: 'http' },
    },
    fails: { selfCall: { hostLink: hostLink({ hairpin: false }), backends: 3, promiscuous: false } },
    passes: { selfCall: { hostLink: hostLink(), backends: 3, promiscuous: false } },
  },
});
