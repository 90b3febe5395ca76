import { counted } from '../../model/listed.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';

const SYSCTL = 'net.ipv4.ip_forward';

export default defineCheck({
  id: 'forwarding-off',
  layer: 'L3',
  title: 'the node forwards packets between its pods and the network',
  about: 'node',
  needs: ['sysctls', 'ownPods'],

  explain: {
    looksAt: 'net.ipv4.ip_forward in the node’s network namespace.',
    matters:
      'A pod is a machine behind its node. With forwarding off the kernel drops every packet that is not its own, ' +
      'without a word: pods there hang on everything beyond the node, while the node itself works.',
    misleads:
      'A FORWARD policy of DROP looks the same from a pod. Traffic between two pods on one bridge goes on working.',
  },

  judge({ sysctls, ownPods }, node) {
    const value = sysctls[SYSCTL];
    if (value === undefined) return skip(`${SYSCTL} was not among what was read`);
    if (value !== '0') return pass(`${SYSCTL} is ${value}`);
    const pods = ownPods.length;
    return fail({
      severity: pods > 0 ? 'outage' : 'risk',
      confidence: 'programmed',
      says: `${SYSCTL} is 0: the node drops every packet to and from its ${counted(pods, 'pod')} that it should forward`,
      cites: [{ on: node.name, shows: `${SYSCTL} = 0`, command: `sysctl ${SYSCTL}` }],
      fix: [
        reads(
          `find what switched it off on ${node.name}`,
          'grep -rs ip_forward /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d',
        ),
        changes(`switch it on, and keep it on in /etc/sysctl.d`, `sysctl -w ${SYSCTL}=1`),
      ],
      refute: reads(`on ${node.name} this would print 1`, `cat /proc/sys/net/ipv4/ip_forward`),
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: {
      sysctls: { [SYSCTL]: '0' },
      ownPods: [
        { namespace: 'shop', name: 'web', ip: '10.244.1.7' },
        { namespace: 'shop', name: 'api', ip: '10.244.1.9' },
      ],
    },
    passes: { sysctls: { [SYSCTL]: '1' }, ownPods: [{ namespace: 'shop', name: 'web', ip: '10.244.1.7' }] },
  },
});
