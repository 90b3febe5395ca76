import { defineFault } from '../fault.js';
import { resetSysctl, setSysctl, toBackend } from '../ground.js';

const STRICT = 'net.ipv4.conf.all.rp_filter';
const OTHER_NIC = 'eth1';
/** Above the ids that CNIs use for tables of their own. */
const TABLE = 211;

export const fault = defineFault({
  id: 'reverse-path-drop',
  incident: 'KN-017',
  story:
    'a second NIC took over the route back to the client; replies are routed by policy, but strict rp_filter drops requests',
  layer: 'L3',
  cause: 'reverse-path-drop',
  object: () => 'rp_filter',
  flow: toBackend,
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer: 'none: no program of the cluster looks at policy routes or rp_filter after its start',
  async inject(scene) {
    const { draw, on, keep } = scene;
    // By the rule replies still find the right way: without rp_filter this node would work.
    keep(
      'back',
      (
        await on(
          draw.far,
          `ip route get ${draw.client.ip} | sed -n '1s/.*\\(via [^ ]* dev [^ ]*\\|dev [^ ]*\\).*/\\1/p'`,
        )
      ).trim(),
    );
    await on(
      draw.far,
      `set -e
       ip link add ${OTHER_NIC} type veth peer name ${OTHER_NIC}p; ip link set ${OTHER_NIC} up; ip link set ${OTHER_NIC}p up
       ip route add ${draw.client.ip}/32 ${scene.kept('back')} onlink table ${TABLE}
       ip rule add iif cni0 to ${draw.client.ip} lookup ${TABLE} priority ${TABLE}
       ip route add ${draw.client.ip}/32 dev ${OTHER_NIC}`,
    );
    await setSysctl(scene, draw.far, { name: STRICT, value: '1' });
  },
  async heal(scene) {
    await resetSysctl(scene, scene.draw.far, STRICT);
    await scene.on(
      scene.draw.far,
      `ip link del ${OTHER_NIC}; ip rule del priority ${TABLE}; ip route flush table ${TABLE}; true`,
    );
  },
});
