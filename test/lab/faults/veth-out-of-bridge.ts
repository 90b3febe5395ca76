import { defineFault } from '../fault.js';
import { BRIDGE, toBackend, vethOf } from '../ground.js';

export const fault = defineFault({
  id: 'veth-out-of-bridge',
  incident: 'KN-010',
  story: 'a network manager took one pod’s veth out of the bridge; that pod is unreachable, its neighbours are fine',
  layer: 'L2',
  cause: 'veth-detached',
  object: ({ kept }) => kept('veth'),
  flow: toBackend,
  stopsAt: ({ draw, kept }) => ({ hop: `node/${draw.far}`, cites: kept('veth') }),
  flavours: ['A', 'B'],
  sees: 'no-route',
  healer: 'none: the CNI plugin acts when a pod is made, and never looks again',
  async inject(scene) {
    const { node, veth } = await vethOf(scene, scene.draw.across.pod);
    scene.keep('veth', veth);
    scene.keep('hairpin', (await scene.on(node, `cat /sys/class/net/${veth}/brport/hairpin_mode`)).trim());
    // The neighbour entry outlives the port by up to a minute, in which clients time out; afterwards they are told.
    await scene.on(node, `ip link set ${veth} nomaster; ip neigh flush to ${scene.draw.across.ip} dev ${BRIDGE}`);
  },
  async heal({ draw, kept, on }) {
    const veth = kept('veth');
    if (veth === '') return;
    // A port that joins anew has its flags at their defaults.
    await on(
      draw.far,
      `ip link set ${veth} master ${BRIDGE} && echo ${kept('hairpin')} > /sys/class/net/${veth}/brport/hairpin_mode`,
    );
  },
});
