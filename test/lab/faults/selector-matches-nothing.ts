import { defineFault } from '../fault.js';
import { refusedWithoutBackend, replaceField, restoreField, toService } from '../ground.js';

const SELECTOR = '/spec/selector';

export const fault = defineFault({
  id: 'selector-matches-nothing',
  incident: 'KN-059',
  story: 'a release renamed a label and the Service still selects the old one; every client is refused at once',
  layer: 'L7',
  cause: 'selector-matches-nothing',
  object: ({ draw }) => draw.service.name,
  flow: toService,
  stopsAt: refusedWithoutBackend,
  flavours: ['A', 'B', 'C'],
  // Cilium's socket load balancer fails the connect() itself when a Service has no backend.
  sees: { default: 'refused', cilium: 'not-permitted' },
  healer: 'none: the selector is as a person wrote it',
  inject: (scene) =>
    replaceField(scene, `service/${scene.draw.service.name}`, {
      path: SELECTOR,
      value: { app: `api-v${scene.draw.number}` },
    }),
  heal: (scene) => restoreField(scene, `service/${scene.draw.service.name}`, SELECTOR),
});
