import { defineFault } from '../fault.js';
import { backendsOf, replaceField, restoreField, toService } from '../ground.js';
import type { Scene } from '../scene.js';

const TARGET = '/spec/ports/0/targetPort';
/** Above the server's own ports and below the ephemeral range, so that nobody listens there. */
const portOf = ({ draw }: Scene): number => 20_000 + draw.number;

export const fault = defineFault({
  id: 'target-port-unanswered',
  incident: 'row-13',
  story:
    'the Service’s targetPort is a port on which the container does not listen; pods are Ready and every client is refused',
  layer: 'L4',
  cause: 'port-not-listened',
  object: (scene) => String(portOf(scene)),
  flow: toService,
  stopsAt: (scene) => ({ hop: backendsOf(scene), cites: String(portOf(scene)) }),
  flavours: ['A', 'B', 'C'],
  sees: 'refused',
  healer: 'none: the port is as a person wrote it',
  inject: (scene) => replaceField(scene, `service/${scene.draw.service.name}`, { path: TARGET, value: portOf(scene) }),
  heal: (scene) => restoreField(scene, `service/${scene.draw.service.name}`, TARGET),
});
