import { defineFault, type Flow } from '../fault.js';
import { replaceField, restoreField } from '../ground.js';
import type { Scene } from '../scene.js';

const POLICY = '/spec/externalTrafficPolicy';

/** To the node that holds no backend, as a load balancer does that has not heard of the health check port. */
function toEmptyNode({ lab, draw }: Scene): Flow {
  const address = lab.nodes[0]?.ip ?? '';
  const port = draw.exposed.nodePort;
  return { source: `pod/${draw.client.pod}`, dest: `${address}:${port}`, probe: 'http', address, port };
}

export const fault = defineFault({
  id: 'local-policy-without-endpoint',
  incident: 'KN-057',
  story:
    'externalTrafficPolicy became Local to keep client addresses; nodes without a backend now swallow what arrives',
  layer: 'L4',
  cause: 'traffic-policy-without-local-endpoint',
  object: ({ draw }) => draw.exposed.name,
  flow: toEmptyNode,
  stopsAt: ({ lab, draw }) => ({
    hop: `node/${lab.nodes[0]?.name}`,
    cites: lab.flavour.proxy === 'nftables' ? '@no-endpoint-nodeports' : draw.exposed.name,
  }),
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer: 'none: the policy is as a person wrote it',
  inject: (scene) => replaceField(scene, `service/${scene.draw.exposed.name}`, { path: POLICY, value: 'Local' }),
  heal: (scene) => restoreField(scene, `service/${scene.draw.exposed.name}`, POLICY),
});
