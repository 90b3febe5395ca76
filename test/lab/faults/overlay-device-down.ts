import { defineFault } from '../fault.js';
import { OVERLAY, toBackend } from '../ground.js';

export const fault = defineFault({
  id: 'overlay-device-down',
  incident: 'row-62',
  story: 'somebody set the tunnel device down; its routes went with it and one node’s pods lost all others',
  layer: 'L2',
  cause: 'overlay-device-broken',
  object: () => OVERLAY,
  flow: toBackend,
  flavours: ['A'],
  sees: 'timeout',
  healer: 'flannel sets the device up when it starts, and never looks again',
  async inject({ draw: { sick }, keep, on }) {
    // The kernel drops a device's routes and neighbours with it, and nobody writes them again.
    keep('routes', await on(sick, `ip -4 route show dev ${OVERLAY}`));
    keep('neighbours', await on(sick, `ip neigh show dev ${OVERLAY} nud permanent`));
    await on(sick, `ip link set ${OVERLAY} down`);
  },
  async heal({ draw: { sick }, kept, on }) {
    const lines = (name: string): readonly string[] =>
      kept(name)
        .split('\n')
        .filter((line) => line.trim() !== '');
    const neighbours = lines('neighbours').map(
      (line) => `ip neigh replace ${line.replace(/ PERMANENT.*/, '')} dev ${OVERLAY} nud permanent`,
    );
    const routes = lines('routes').map((line) => `ip route replace ${line} dev ${OVERLAY}`);
    await on(sick, ['set -e', `ip link set ${OVERLAY} up`, ...neighbours, ...routes].join('\n'));
  },
});
