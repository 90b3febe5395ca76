import { FLANNEL, ordinaryOn, restartWith } from '../agents.js';
import { defineFault } from '../fault.js';
import { toBackend } from '../ground.js';

const WITHOUT_RULES = ['/opt/bin/flanneld', '--ip-masq', '--kube-subnet-mgr', '--iptables-forward-rules=false'];

export const fault = defineFault({
  id: 'forward-policy-drop',
  incident: 'KN-013',
  story:
    'Docker set FORWARD’s policy to DROP on a node whose CNI was told to leave the filter table alone: pods are cut off',
  layer: 'L3',
  cause: 'host-firewall-drop',
  object: () => 'FORWARD DROP',
  flow: toBackend,
  stopsAt: ({ draw }) => ({ hop: `node/${draw.sick}`, cites: '-P FORWARD DROP' }),
  flavours: ['A'],
  sees: 'timeout',
  healer:
    'flannel would re-add its accepting rules every 5 s; on this node it runs with --iptables-forward-rules=false',
  seconds: 60,
  async inject(scene) {
    const { draw, on } = scene;
    await restartWith(scene, FLANNEL, { node: draw.sick, command: WITHOUT_RULES });
    await on(
      draw.sick,
      `iptables -S FORWARD | sed -n 's/^-A \\(.*FLANNEL-FWD.*\\)/iptables -D \\1/p' | sh; iptables -P FORWARD DROP`,
    );
  },
  async heal(scene) {
    await scene.on(scene.draw.sick, 'iptables -P FORWARD ACCEPT');
    await ordinaryOn(scene, FLANNEL, scene.draw.sick);
  },
});
