import { defineFault } from '../fault.js';
import { addressIn, peerOf, podCidrOf, toBackend } from '../ground.js';

export const fault = defineFault({
  id: 'peer-route-captured',
  incident: 'KN-123',
  story: 'a leftover, narrower route sends part of another node’s pods to the underlay’s gateway',
  layer: 'L3',
  cause: 'pod-route-wrong',
  object: ({ kept }) => kept('captured'),
  flow: toBackend,
  stopsAt: ({ draw, kept }) => ({ hop: `node/${draw.sick}`, cites: kept('captured') }),
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer: 'none: flannel looks after its own route, which is intact beneath the narrower ones',
  async inject(scene) {
    const { sick } = scene.draw;
    const cidr = await podCidrOf(scene, peerOf(scene, sick));
    const captured = `${addressIn(cidr, 0)}/25`;
    scene.keep('captured', captured);
    const gateway = (await scene.on(sick, `ip route show default | awk '{print $3; exit}'`)).trim();
    await scene.on(sick, `ip route add ${captured} via ${gateway}`);
  },
  async heal({ draw, kept, on }) {
    if (kept('captured') !== '') await on(draw.sick, `ip route del ${kept('captured')}`);
  },
});
