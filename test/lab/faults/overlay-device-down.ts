import { defineFault } from '../fault.js';
import { neighboursOf, OVERLAY, toBackend } from '../ground.js';

export const fault = defineFault({
  id: 'overlay-device-down',
  incident: 'row-62',
  story: 'somebody set the tunnel device down; its routes went with it and one node’s pods lost all others',
  layer: 'L2',
  cause: 'overlay-device-broken',
  object: () => OVERLAY,
  flow: toBackend,
  stopsAt: ({ draw }) => ({
    hop: `node/${draw.sick}`,
    cites: draw.sick === draw.near ? 'default via' : `${OVERLAY} is down`,
  }),
  flavours: ['A'],
  sees: 'timeout',
  healer: 'flannel sets the device up when it starts, and never looks again',
  async inject(scene) {
    const { sick } = scene.draw;
    // The kernel drops a device's routes and neighbours with it, and nobody writes them again.
    scene.keep('routes', await scene.on(sick, `ip -4 route show dev ${OVERLAY}`));
    scene.keep('neighbours', await neighboursOf(scene, sick, OVERLAY));
    await scene.on(sick, `ip link set ${OVERLAY} down`);
  },
  async heal({ draw: { sick }, kept, on }) {
    const lines = kept('routes')
      .split('\n')
      .filter((line) => line.trim() !== '');
    const routes = lines.map((line) => `ip route replace ${line} dev ${OVERLAY}`);
    await on(sick, ['set -e', `ip link set ${OVERLAY} up`, kept('neighbours'), ...routes].join('\n'));
  },
});
