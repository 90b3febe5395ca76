import { isHostFirewall } from '../../path/stops.js';
import { changes, defineCheck, reads } from '../check.js';
import { flow, prediction } from '../flow-samples.js';
import { stoppedOnTheWay } from '../stopped-on-the-way.js';

export default defineCheck({
  id: 'host-firewall-drop',
  layer: 'L3',
  title: 'no firewall of a node drops or rejects the packet',
  about: 'flow',
  needs: ['predicted'],

  explain: {
    looksAt:
      'The rules and policies of iptables and nftables that the packet, its tunnel packet and the answer meet on each ' +
      'node, other than those of kube-proxy and policy engines.',
    matters: 'firewalld, ufw, Docker and hardening scripts write rules for hosts and forget that a node forwards.',
    misleads:
      'A REJECT with icmp-host-prohibited reads “No route to host” at the client, while every route is right. A DROP ' +
      'looks like a lost packet.',
  },

  judge: ({ predicted }) =>
    stoppedOnTheWay(predicted, {
      isIt: isHostFirewall,
      passes: 'the packet passes every filter on its way and back',
      says: ({ on, refused, what, shows }) => `${on} ${refused ? 'rejects' : 'drops'} ${what}: ${shows}`,
      fix: ({ on, command }) => [
        reads(`see on ${on} whether its counter rises while you try again`, command.replace('-save', '-save -c')),
        changes('let pods and tunnel pass, in the firewall’s own configuration: a rule deleted by hand comes back'),
      ],
      refute: ({ on, command }) => reads(`on ${on} this would not print that line`, command),
    }),

  examples: {
    subject: flow(),
    fails: {
      predicted: prediction('dropped', {
        kind: 'drop',
        says: 'filter FORWARD: dropped',
        cites: '-P FORWARD DROP',
        command: 'iptables-nft-save -t filter',
      }),
    },
    passes: { predicted: prediction('delivered') },
  },
});
