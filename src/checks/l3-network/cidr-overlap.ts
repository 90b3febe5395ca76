import { counted } from '../../model/listed.js';
import { overlaps } from '../../path/overlaps.js';
import { defineCheck, fail, pass, reads, skip } from '../check.js';
import { cidrs, cni } from '../link-samples.js';
import { node } from '../samples.js';

export default defineCheck({
  id: 'cidr-overlap',
  layer: 'L3',
  title: 'nodes, pods and Services have ranges of their own',
  about: 'cluster',
  needs: ['nodes', 'cidrs', 'cni'],

  explain: {
    looksAt:
      'The pod range of each node, the addresses of nodes, and the ranges of pods and Services, against each other.',
    matters:
      'Two nodes with one range give the same address to two pods, and each packet reaches the wrong one of them. A ' +
      'node whose address is in a pod range is reached through a tunnel that leads elsewhere.',
    misleads:
      'Calico and cloud CNIs ignore podCIDR, so equal ones mean nothing there. A range that a docker0 or a VPN of one ' +
      'node takes is told by pod-route-wrong.',
  },

  judge({ nodes, cidrs: ranges, cni: network }) {
    if (nodes.length === 0) return skip('no nodes are listed');
    const [first, ...more] = overlaps({ nodes, cidrs: ranges, cni: network });
    if (!first) return pass(`${counted(nodes.length, 'node')} and no range twice`);
    const others = more.length > 0 ? `; ${counted(more.length, 'more overlap')}` : '';
    return fail({
      severity: first.now ? 'outage' : 'risk',
      confidence: 'declared',
      says: `${first.says}${others}`,
      cites: [first, ...more].slice(0, 3).map(({ shows, command }) => ({ on: 'api', shows, command })),
      fix: [
        reads('see all of them', 'kubectl get nodes -o custom-columns=NAME:.metadata.name,PODS:.spec.podCIDRs'),
        reads('plan: a podCIDR cannot be changed; drain the node, delete its Node object and let it join anew'),
      ],
      refute: reads('this would show ranges that have no address in common', first.command),
      also: first.nodes.map((name) => ({ kind: 'node', name })),
    });
  },

  examples: {
    subject: { kind: 'cluster' },
    fails: { cidrs: cidrs(), cni: cni(), nodes: [node(), node({ name: 'w2', internalIps: ['192.168.0.3'] })] },
    passes: {
      cidrs: cidrs(),
      cni: cni(),
      nodes: [node(), node({ name: 'w2', internalIps: ['192.168.0.3'], podCidrs: ['10.244.2.0/24'] })],
    },
  },
});
