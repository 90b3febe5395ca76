import { defineFault } from '../fault.js';
import { neighboursOf, OVERLAY, toBackend } from '../ground.js';

export const fault = defineFault({
  id: 'stale-vtep-mac',
  incident: 'KN-007',
  story:
    'udev gave the tunnel device a new MAC after flannel had published the old one; peers address frames to nobody',
  layer: 'L2',
  cause: 'overlay-peer-wrong',
  object: ({ draw }) => draw.sick,
  flow: toBackend,
  stopsAt: ({ draw }) => ({ hop: `node/${draw.sick}`, cites: 'addressed to MAC' }),
  flavours: ['A'],
  sees: 'timeout',
  healer: 'flannel publishes the MAC when it starts, and never looks again',
  async inject(scene) {
    const { sick, number } = scene.draw;
    scene.keep('mac', (await scene.on(sick, `cat /sys/class/net/${OVERLAY}/address`)).trim());
    scene.keep('neighbours', await neighboursOf(scene, sick, OVERLAY));
    const tail = [number >> 8, number & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    // What udev did came before flannel wrote its neighbours, so this node's own are to be whole.
    await scene.on(sick, `ip link set ${OVERLAY} address 02:00:00:00:${tail}\n${scene.kept('neighbours')}`);
  },
  async heal({ draw, kept, on }) {
    if (kept('mac') !== '') await on(draw.sick, `ip link set ${OVERLAY} address ${kept('mac')}\n${kept('neighbours')}`);
  },
});
