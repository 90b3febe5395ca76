import { defineFault } from '../fault.js';
import { resetSysctl, setSysctl, toBackend } from '../ground.js';

const FORWARDING = 'net.ipv4.ip_forward';

export const fault = defineFault({
  id: 'ip-forward-off',
  incident: 'KN-015',
  story:
    'a hardening job switched routing off on one node; its pods hang on everything beyond it, the node itself is fine',
  layer: 'L3',
  cause: 'forwarding-off',
  object: () => 'ip_forward',
  flow: toBackend,
  stopsAt: ({ draw }) => ({ hop: `node/${draw.sick}`, cites: FORWARDING }),
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer: 'none: kubelet, kube-proxy and flannel set it at most when they start',
  inject: (scene) => setSysctl(scene, scene.draw.sick, { name: FORWARDING, value: '0' }),
  heal: (scene) => resetSysctl(scene, scene.draw.sick, FORWARDING),
});
