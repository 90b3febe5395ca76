import { defineFault } from '../fault.js';
import { resetSysctl, setSysctl, toService } from '../ground.js';

const BRIDGE_NF = 'net.bridge.bridge-nf-call-iptables';

export const fault = defineFault({
  id: 'bridge-netfilter-off',
  incident: 'KN-065',
  story: 'replies between two pods of one node skip NAT: a Service works or hangs by where its backend happens to be',
  layer: 'L2',
  cause: 'bridge-netfilter-off',
  object: () => 'bridge-nf-call-iptables',
  flow: toService,
  stopsAt: ({ draw }) => ({ hop: `pod/${draw.client.pod}`, cites: BRIDGE_NF }),
  flavours: ['A', 'B'],
  sees: 'intermittent',
  healer: 'none: set at boot, and by no program of the cluster afterwards',
  inject: (scene) => setSysctl(scene, scene.draw.near, { name: BRIDGE_NF, value: '0' }),
  heal: (scene) => resetSysctl(scene, scene.draw.near, BRIDGE_NF),
});
