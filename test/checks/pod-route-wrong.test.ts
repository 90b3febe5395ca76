import check from '../../src/checks/l3-network/pod-route-wrong.js';
import { overlay, podRoute, vxlan } from '../../src/checks/link-samples.js';
import { testCheck } from '../support/test-check.js';

const { finds: _, ...nothing } = podRoute({ right: false });
const facts = (...podRoutes: readonly ReturnType<typeof podRoute>[]) => ({ overlay: overlay(), podRoutes });
const lost = podRoute({ finds: 'default via 192.168.0.1 dev eth0', byChance: true, right: false });

testCheck(check, {
  passes: {
    'two peers': [facts(podRoute(), podRoute({ node: 'w3' })), '2 peers, each with its route'],
    'host-gw, without any tunnel': [{ overlay: 'none', podRoutes: [podRoute()] }, '1 peer, each with its route'],
  },
  fails: {
    'the route is gone and the default takes over': [
      facts(lost),
      'outage',
      'no route to 10.244.2.0/24, the pods of w2: packets follow "default via 192.168.0.1 dev eth0"',
    ],
    'no route at all': [facts(nothing), 'outage', 'no route to 10.244.2.0/24, the pods of w2'],
    'a leftover, narrower route': [
      facts(
        podRoute(),
        podRoute({
          range: '10.244.2.0/25',
          part: true,
          finds: '10.244.2.0/25 via 192.168.0.1 dev eth0',
          right: false,
        }),
      ),
      'outage',
      '10.244.2.0/25, a part of the pods of w2, is taken by "10.244.2.0/25 via 192.168.0.1 dev eth0" instead of going via 10.244.2.0 dev flannel.1',
    ],
    'a VPN with the same range': [
      facts(podRoute({ finds: '10.244.2.0/24 dev tun0 scope link', right: false })),
      'outage',
      '10.244.2.0/24, the pods of w2, is taken by "10.244.2.0/24 dev tun0 scope link" instead of going via 10.244.2.0 dev flannel.1',
    ],
    'more than one': [
      facts(lost, podRoute({ ...lost, node: 'w3' })),
      'outage',
      'no route to 10.244.2.0/24, the pods of w2: packets follow "default via 192.168.0.1 dev eth0"; 1 more range wrong',
    ],
  },
  skips: {
    'a CNI whose routes we do not know': [
      { overlay: 'none', podRoutes: [] },
      'nothing tells which routes to other nodes’ pods there should be',
    ],
    'the tunnel is down': [
      { overlay: overlay({ link: vxlan({ up: false }) }), podRoutes: [lost] },
      'flannel.1 is down: its routes went with it',
    ],
  },
});
