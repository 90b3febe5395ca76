import { toName } from '../dns.js';
import { defineFault } from '../fault.js';
import { applyPolicy, onlyApi, policyName, removePolicy } from '../policies.js';

export const fault = defineFault({
  id: 'policy-unenforced-dns',
  incident: 'KN-093',
  story: 'an egress policy forgets DNS where no program enforces policies: every name resolves, and nothing is closed',
  layer: 'L4',
  cause: 'policy-not-enforced',
  object: (scene) => policyName(scene, 'only-api'),
  flow: toName,
  flavours: ['A'],
  sees: 'ok',
  shows: () => ({ on: 'api', command: 'get networkpolicy -n shop -o name' }),
  healer: 'none: there is nobody who could',
  inject: (scene) => applyPolicy(scene, 'only-api', onlyApi),
  heal: (scene) => removePolicy(scene, 'only-api'),
});
