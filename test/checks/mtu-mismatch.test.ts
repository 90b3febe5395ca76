import check from '../../src/checks/l3-network/mtu-mismatch.js';
import { testCheck } from '../support/test-check.js';

const mtus = (uplink: number, tunnel?: number, pods?: number) => ({
  mtus: {
    uplink: { name: 'eth0', mtu: uplink },
    ...(tunnel === undefined ? {} : { tunnel: { name: 'flannel.1', mtu: tunnel, adds: 50 } }),
    ...(pods === undefined ? {} : { pods: { name: 'veth7', mtu: pods } }),
  },
});

testCheck(check, {
  passes: {
    'VXLAN on Ethernet': [mtus(1500, 1450, 1450), 'veth7 1450, flannel.1 1450, eth0 1500'],
    'no tunnel': [mtus(1500, undefined, 1500), 'veth7 1500, eth0 1500'],
    'smaller than need be': [mtus(9001, 1450, 1400), 'veth7 1400, flannel.1 1450, eth0 9001'],
    'a node without pods': [mtus(1500, 1450), 'flannel.1 1450, eth0 1500'],
  },
  fails: {
    'a tunnel one byte too large': [
      mtus(1499, 1450, 1450),
      'degraded',
      'flannel.1 takes packets of 1450 bytes, and eth0 has room for 1449 of them',
    ],
    'pods larger than the tunnel': [
      mtus(1500, 1450, 1500),
      'risk',
      'veth7 takes packets of 1500 bytes, and flannel.1 has room for 1450 of them',
    ],
    'pods larger than the wire': [
      mtus(1400, undefined, 1500),
      'risk',
      'veth7 takes packets of 1500 bytes, and eth0 has room for 1400 of them',
    ],
  },
  skips: {
    Cilium: [{ mtus: 'none' }, 'sizes are kept on routes, or the node’s own link is not known'],
  },
});
