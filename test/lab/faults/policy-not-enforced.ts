import { defineFault } from '../fault.js';
import { toService } from '../ground.js';
import { applyPolicy, onlyFrontend, policyName, removePolicy } from '../policies.js';

export const fault = defineFault({
  id: 'policy-not-enforced',
  incident: 'row-42',
  story:
    'a NetworkPolicy forbids this flow and no program in the cluster enforces policies: everybody believes it is closed',
  layer: 'L4',
  cause: 'policy-not-enforced',
  object: (scene) => policyName(scene, 'only-frontend'),
  flow: toService,
  flavours: ['A'],
  sees: 'ok',
  shows: () => ({ on: 'api', command: 'get networkpolicy -n shop -o name' }),
  healer: 'none: there is nobody who could',
  inject: (scene) => applyPolicy(scene, 'only-frontend', onlyFrontend),
  heal: (scene) => removePolicy(scene, 'only-frontend'),
});
