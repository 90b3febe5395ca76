import { isReversePath } from '../../path/stops.js';
import { changes, defineCheck, reads } from '../check.js';
import { flow, prediction } from '../flow-samples.js';
import { stoppedOnTheWay } from '../stopped-on-the-way.js';

export default defineCheck({
  id: 'reverse-path-drop',
  layer: 'L3',
  title: 'no node takes the packet for one that came in by the wrong link',
  about: 'flow',
  needs: ['predicted'],

  explain: {
    looksAt: 'rp_filter where the packet and its answer come in, against the route back to their source.',
    matters:
      'With rp_filter at 1 the kernel drops whatever came in by another link than the one it would answer by. Two ' +
      'NICs, or a route left behind by a VPN, are enough; no rule shows it and no ICMP tells.',
    misleads:
      'Routes and firewall rules are all right, and the packet is seen by tcpdump on the node that drops it. A policy ' +
      'rule bound to a link (iif) does not count in this check of the kernel’s.',
  },

  judge: ({ predicted }) =>
    stoppedOnTheWay(predicted, {
      isIt: isReversePath,
      passes: 'every link the packet comes in by is the one its source is reached by',
      says: ({ on, what, shows }) => `${on} drops ${what} by rp_filter: ${shows}`,
      fix: ({ on }) => [
        reads(`see on ${on} what it drops while you try again`, 'nstat -z TcpExtIPReversePathFilter'),
        changes(
          'put the route back on the link the packet comes in by; where two ways are meant, make the filter loose',
          'sysctl -w net.ipv4.conf.all.rp_filter=2',
        ),
      ],
      refute: ({ on, command }) => reads(`on ${on} this would print 0 or 2, and the counter would not rise`, command),
    }),

  examples: {
    subject: flow(),
    fails: {
      predicted: prediction('dropped', {
        kind: 'drop',
        says: 'dropped at routing: rp_filter 1 on flannel.1',
        cites: 'rp_filter is 1 on flannel.1, and the way back to 10.244.1.4 is "10.244.1.4 dev eth1 scope link"',
        command: 'sysctl net.ipv4.conf.all.rp_filter net.ipv4.conf.flannel.1.rp_filter',
      }),
    },
    passes: { predicted: prediction('delivered') },
  },
});
