import { defineFault } from '../fault.js';
import { ipOf, OVERLAY, peerOf, toBackend } from '../ground.js';

export const fault = defineFault({
  id: 'fdb-entry-gone',
  incident: 'KN-154',
  story: 'one node lost the forwarding entry for a peer’s tunnel, so half of all requests between the two hang',
  layer: 'L2',
  cause: 'overlay-peer-wrong',
  object: (scene) => ipOf(scene, peerOf(scene, scene.draw.sick)),
  flow: toBackend,
  stopsAt: ({ draw }) => ({ hop: `node/${draw.sick}`, cites: `${OVERLAY} has no forwarding entry` }),
  flavours: ['A'],
  sees: 'timeout',
  healer: 'flannel writes the entry when a node’s lease changes, and never looks again',
  async inject(scene) {
    const { sick } = scene.draw;
    const peer = ipOf(scene, peerOf(scene, sick));
    const entry = await scene.on(sick, `bridge fdb show dev ${OVERLAY} | grep -w 'dst ${peer}'`);
    const mac = entry.split(' ')[0] ?? '';
    scene.keep('mac', mac);
    await scene.on(sick, `bridge fdb del ${mac} dev ${OVERLAY} dst ${peer} self`);
  },
  async heal(scene) {
    const { sick } = scene.draw;
    const mac = scene.kept('mac');
    if (mac === '') return;
    await scene.on(
      sick,
      `bridge fdb replace ${mac} dev ${OVERLAY} dst ${ipOf(scene, peerOf(scene, sick))} self permanent`,
    );
  },
});
