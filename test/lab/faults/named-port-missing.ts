import { defineFault } from '../fault.js';
import { refusedWithoutBackend, replaceField, restoreField, toService } from '../ground.js';
import type { Scene } from '../scene.js';

const TARGET = '/spec/ports/0/targetPort';
const nameOf = ({ draw }: Scene): string => `web-${draw.number}`;

export const fault = defineFault({
  id: 'named-port-missing',
  incident: 'KN-062',
  story: 'the Service names a port which no container declares, so its endpoints have addresses and no port',
  layer: 'L4',
  cause: 'port-not-listened',
  object: nameOf,
  flow: toService,
  stopsAt: refusedWithoutBackend,
  flavours: ['A', 'B', 'C'],
  sees: { default: 'refused', cilium: 'not-permitted' },
  healer: 'none: the name is as a person wrote it',
  inject: (scene) => replaceField(scene, `service/${scene.draw.service.name}`, { path: TARGET, value: nameOf(scene) }),
  heal: (scene) => restoreField(scene, `service/${scene.draw.service.name}`, TARGET),
});
