import { shown } from '../../evidence/shell.js';
import { counted } from '../../model/listed.js';
import { routeFault } from '../../path/route-fault.js';
import { defineCheck, fail, pass, reads, restarts, skip } from '../check.js';
import { overlay, podRoute } from '../link-samples.js';

export default defineCheck({
  id: 'pod-route-wrong',
  layer: 'L3',
  title: 'the node has a route to the pods of every other node, and nothing takes it over',
  about: 'node',
  needs: ['podRoutes', 'overlay'],

  explain: {
    looksAt:
      'Which route takes packets for each other node’s pod range, by policy rules, longest prefix and metric, and ' +
      'whether it leads into the tunnel or to that node; also narrower routes that cut a part out of a range.',
    matters: 'A packet that follows the default route leaves the cluster and is lost without an answer.',
    misleads:
      'docker0 or a VPN is harmless while its range meets none of the pods’. Clouds that route pods themselves keep ' +
      'no such routes on nodes.',
  },

  judge({ podRoutes, overlay: tunnel }, { name: node }) {
    if (podRoutes.length === 0) return skip('nothing tells which routes to other nodes’ pods there should be');
    if (tunnel !== 'none' && !tunnel.link?.up) return skip(`${tunnel.device} is down: its routes went with it`);
    const [first, ...more] = podRoutes.filter(({ right }) => !right);
    if (!first)
      return pass(`${counted(new Set(podRoutes.map((route) => route.node)).size, 'peer')}, each with its route`);
    const others = more.length > 0 ? `; ${counted(more.length, 'more range')} wrong` : '';
    const command = shown`ip route get ${first.address}`;
    return fail({
      severity: 'outage',
      confidence: 'programmed',
      says: `${routeFault(first)}${others}`,
      cites: [first, ...more].slice(0, 3).map(({ finds, address }) => ({
        on: node,
        shows: finds ?? 'no route',
        command: shown`ip route get ${address}`,
      })),
      fix: [
        reads(`see all routes and rules on ${node}`, 'ip rule; ip route show table all'),
        restarts(`take away the route that does not belong there; if one is missing, restart the CNI agent on ${node}`),
      ],
      refute: reads(`on ${node} this would print ${first.wants}`, command),
      also: [{ kind: 'node', name: first.node }],
    });
  },

  examples: {
    subject: { kind: 'node', name: 'w1' },
    fails: {
      overlay: overlay(),
      podRoutes: [podRoute({ finds: 'default via 192.168.0.1 dev eth0', byChance: true, right: false })],
    },
    passes: { overlay: overlay(), podRoutes: [podRoute()] },
  },
});
