import { toName } from '../dns.js';
import { defineFault } from '../fault.js';
import { refusedByPolicy } from '../ground.js';
import { applyPolicy, onlyApi, policyName, removePolicy } from '../policies.js';

export const fault = defineFault({
  id: 'policy-blocks-dns',
  incident: 'KN-093',
  story: 'an egress policy lists the backends and forgets DNS: addresses work, no name resolves',
  layer: 'L4',
  cause: 'policy-blocks-dns',
  object: (scene) => policyName(scene, 'only-api'),
  flow: toName,
  stopsAt: refusedByPolicy,
  flavours: ['B', 'C'],
  sees: { default: 'refused', cilium: 'timeout' },
  healer: 'none: the policy is as a person wrote it',
  inject: (scene) => applyPolicy(scene, 'only-api', onlyApi),
  heal: (scene) => removePolicy(scene, 'only-api'),
});
