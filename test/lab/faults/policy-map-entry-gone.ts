import { ciliumDbg, ciliumEndpoint } from '../agents.js';
import { defineFault } from '../fault.js';
import { refusedByPolicy, toBackend } from '../ground.js';
import { applyPolicy, frontendAnd, policyName, removePolicy, untilProgrammed } from '../policies.js';
import { NAMESPACE } from '../scene.js';

export const fault = defineFault({
  id: 'policy-map-entry-gone',
  incident: 'KN-100',
  story:
    'a policy admits the client and every object is right, but the backend’s node has lost one entry of one policy map',
  layer: 'L4',
  cause: 'policy-stale',
  object: () => 'no entry of endpoint',
  async prepare(scene) {
    await applyPolicy(scene, 'admits-web', frontendAnd('web', 'web2'));
    await untilProgrammed(scene, scene.draw.far, policyName(scene, 'admits-web'));
  },
  flow: toBackend,
  stopsAt: refusedByPolicy,
  flavours: ['C'],
  sees: 'timeout',
  healer:
    'Cilium compares its maps with what it wants every 15 minutes; the policy, removed and made again, is written anew',
  seconds: 30,
  async inject(scene) {
    const { far, client, across } = scene.draw;
    const endpoint = await ciliumEndpoint(scene, far, across.ip);
    const path = 'jsonpath={.status.identity.id}';
    const identity = await scene.kubectl('get', 'ciliumendpoint', client.pod, '-n', NAMESPACE, '-o', path);
    if (endpoint === undefined || identity === '') throw new Error(`${across.pod} or ${client.pod} is no endpoint`);
    await ciliumDbg(scene, far, 'bpf', 'policy', 'delete', endpoint, 'ingress', identity);
  },
  async heal(scene) {
    await removePolicy(scene, 'admits-web');
    await applyPolicy(scene, 'admits-web', frontendAnd('web', 'web2'));
  },
  tidy: (scene) => removePolicy(scene, 'admits-web'),
});
