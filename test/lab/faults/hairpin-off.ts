import { defineFault, type Flow } from '../fault.js';
import { toService, vethOf } from '../ground.js';
import type { Scene } from '../scene.js';

const self = (scene: Scene): string => scene.draw.across.pod;
// Every repeated SYN is balanced anew, so three of four attempts end well within a second.
const fromSelf = (scene: Scene): Flow => ({ ...toService(scene), source: `pod/${self(scene)}`, tries: 24 });

export const fault = defineFault({
  id: 'hairpin-off',
  incident: 'KN-066',
  story:
    'the bridge does not send a frame back where it came from: a pod that calls its own Service hangs when it meets itself',
  layer: 'L2',
  cause: 'hairpin-off',
  object: ({ kept }) => kept('veth'),
  flow: fromSelf,
  stopsAt: ({ draw, kept }) => ({ hop: `node/${draw.far}`, cites: kept('veth') }),
  flavours: ['A', 'B'],
  sees: 'intermittent',
  healer: 'none: the CNI plugin sets the flag when a pod is made, and never looks again',
  async inject(scene) {
    const { node, veth } = await vethOf(scene, self(scene));
    scene.keep('veth', veth);
    await scene.on(node, `bridge link set dev ${veth} hairpin off`);
  },
  async heal({ draw, kept, on }) {
    if (kept('veth') !== '') await on(draw.far, `bridge link set dev ${kept('veth')} hairpin on`);
  },
});
