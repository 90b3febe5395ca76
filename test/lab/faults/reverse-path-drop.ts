import { defineFault } from '../fault.js';
import type { Scene } from '../scene.js';
import { BRIDGE, podCidrOf, resetSysctl, setSysctl, toBackend } from '../ground.js';

const STRICT = 'net.ipv4.conf.all.rp_filter';
const OTHER_NIC = 'eth1';
/** Above the ids that CNIs use for tables of their own. */
const TABLE = 211;
const MARK = '0x80/0x80';

// The kernel asks for the way back without the mark (src_valid_mark is off), so it does not find the way that replies take.
const marked = ({ draw }: Scene): string => `-i ${BRIDGE} -d ${draw.client.ip}/32 -j MARK --set-xmark ${MARK}`;

export const fault = defineFault({
  id: 'reverse-path-drop',
  incident: 'KN-126',
  story:
    'a second NIC took over the route back to the client; replies are routed by mark, but strict rp_filter drops requests',
  layer: 'L3',
  cause: 'reverse-path-drop',
  object: () => 'rp_filter',
  flow: toBackend,
  stopsAt: ({ draw }) => ({ hop: `node/${draw.far}`, cites: 'rp_filter' }),
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer: 'none: no program of the cluster looks at policy routes or rp_filter after its start',
  async inject(scene) {
    const { draw, on } = scene;
    // By the mark replies still find the right way: without rp_filter this node would work.
    const route = (await on(draw.far, `ip route show ${await podCidrOf(scene, draw.near)}`))
      .trim()
      .replace(/^\S+/, `${draw.client.ip}/32`);
    await on(
      draw.far,
      `set -e
       ip link add ${OTHER_NIC} type veth peer name ${OTHER_NIC}p; ip link set ${OTHER_NIC} up; ip link set ${OTHER_NIC}p up
       ip route add ${route} table ${TABLE}
       iptables -t mangle -I PREROUTING ${marked(scene)}
       ip rule add fwmark ${MARK} lookup ${TABLE} priority ${TABLE}
       ip route add ${draw.client.ip}/32 dev ${OTHER_NIC}`,
    );
    await setSysctl(scene, draw.far, { name: STRICT, value: '1' });
  },
  async heal(scene) {
    await resetSysctl(scene, scene.draw.far, STRICT);
    await scene.on(
      scene.draw.far,
      `iptables -t mangle -D PREROUTING ${marked(scene)}; ip link del ${OTHER_NIC}; ip rule del priority ${TABLE}; ip route flush table ${TABLE}; true`,
    );
  },
});
