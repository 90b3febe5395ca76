import { defineFault } from '../fault.js';
import { BRIDGE, toBackend } from '../ground.js';

export const fault = defineFault({
  id: 'bridge-down',
  incident: 'row-48',
  story: 'the pods’ bridge on one node is down; every pod there is cut off while the node answers',
  layer: 'L1',
  cause: 'link-down',
  object: () => BRIDGE,
  flow: toBackend,
  stopsAt: ({ draw }) => ({ hop: `node/${draw.far}`, cites: BRIDGE }),
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer: 'the CNI plugin sets the bridge up when the node’s next pod is made; none is made meanwhile',
  inject: async ({ draw, on }) => void (await on(draw.far, `ip link set ${BRIDGE} down`)),
  heal: async ({ draw, on }) => void (await on(draw.far, `ip link set ${BRIDGE} up`)),
});
