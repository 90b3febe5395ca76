import { defineFault } from '../fault.js';
import { ipOf, peerOf, toBackend, underlayClear, underlayRule } from '../ground.js';

export const fault = defineFault({
  id: 'underlay-drops-overlay',
  incident: 'KN-005',
  story:
    'a security group or hypervisor swallows the overlay’s UDP in one direction; nodes ping each other, pods do not',
  layer: 'L3',
  cause: 'underlay-drop',
  object: ({ draw }) => draw.far,
  flow: toBackend,
  stopsAt: 'it is lost on the wire between two nodes, of which neither holds anything',
  flavours: ['A', 'C'],
  sees: 'timeout',
  healer: 'none: nothing on a node can see or change the wire',
  inject(scene) {
    const from = scene.draw.direction === 'to' ? scene.draw.near : scene.draw.far;
    const to = peerOf(scene, from);
    return underlayRule(scene, `ip saddr ${ipOf(scene, from)} ip daddr ${ipOf(scene, to)} udp dport 8472 counter drop`);
  },
  heal: underlayClear,
});
