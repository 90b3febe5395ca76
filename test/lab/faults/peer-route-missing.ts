import { defineFault } from '../fault.js';
import { peerOf, podCidrOf, toBackend } from '../ground.js';

export const fault = defineFault({
  id: 'peer-route-missing',
  incident: 'KN-125',
  story: 'a script flushed one node’s route to another’s pods; whatever goes there leaves by the default route',
  layer: 'L3',
  cause: 'pod-route-wrong',
  object: ({ kept }) => kept('cidr'),
  flow: toBackend,
  stopsAt: ({ draw }) => ({ hop: `node/${draw.sick}`, cites: 'default via' }),
  // host-gw looks for its routes every 10 s and puts them back; vxlan does not look.
  flavours: ['A'],
  sees: 'timeout',
  healer: 'flannel’s vxlan backend writes the route when a node’s lease changes, and never looks again',
  async inject(scene) {
    const { sick } = scene.draw;
    const cidr = await podCidrOf(scene, peerOf(scene, sick));
    scene.keep('cidr', cidr);
    scene.keep('route', (await scene.on(sick, `ip route show ${cidr}`)).trim());
    await scene.on(sick, `ip route del ${cidr}`);
  },
  async heal({ draw, kept, on }) {
    if (kept('route') !== '') await on(draw.sick, `ip route replace ${kept('route')}`);
  },
});
