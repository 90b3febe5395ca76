import { defineFault } from '../fault.js';
import { podCidrOf, toBackend, underlayClear, underlayRule } from '../ground.js';

export const fault = defineFault({
  id: 'underlay-drops-pod-addresses',
  incident: 'KN-128',
  story:
    'the cloud’s source check drops packets whose source is not the machine’s own address: a network without overlay is cut',
  layer: 'L3',
  cause: 'underlay-drop',
  object: ({ draw }) => draw.far,
  flow: toBackend,
  stopsAt: 'it is lost on the wire between two nodes, of which neither holds anything',
  flavours: ['B'],
  sees: 'timeout',
  healer: 'none: nothing on a node can see or change the wire',
  async inject(scene) {
    const cidr = await podCidrOf(scene, scene.draw.direction === 'to' ? scene.draw.near : scene.draw.far);
    await underlayRule(scene, `ip saddr ${cidr} counter drop`);
  },
  heal: underlayClear,
});
