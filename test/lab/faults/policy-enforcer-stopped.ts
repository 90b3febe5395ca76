import { KUBE_ROUTER, startOn, stopOn } from '../agents.js';
import { look } from '../client.js';
import { defineFault } from '../fault.js';
import { refusedByPolicy, toBackend } from '../ground.js';
import { applyPolicy, frontendAnd, removePolicy } from '../policies.js';
import { until } from '../run.js';

export const fault = defineFault({
  id: 'policy-enforcer-stopped',
  incident: 'row-42',
  story:
    'the policy engine ended on one node, and then a policy was widened to admit the client: every other node knows it, the backend’s does not',
  layer: 'L4',
  cause: 'policy-enforcer-down',
  object: ({ draw }) => draw.far,
  flow: toBackend,
  stopsAt: refusedByPolicy,
  flavours: ['B'],
  sees: 'refused',
  healer: 'the DaemonSet would start it again; an affinity in its template keeps it off this node',
  seconds: 60,
  async inject(scene) {
    await applyPolicy(scene, 'widened', frontendAnd());
    await until('the narrow policy is enforced', 30_000, async () => {
      const { seen } = await look(scene, toBackend(scene));
      return seen === 'refused' ? true : undefined;
    });
    await stopOn(scene, KUBE_ROUTER, scene.draw.far);
    await applyPolicy(scene, 'widened', frontendAnd('web', 'web2'));
  },
  async heal(scene) {
    await startOn(scene, KUBE_ROUTER, scene.draw.far);
    await removePolicy(scene, 'widened');
  },
});
