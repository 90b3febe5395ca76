import { defineFault } from '../fault.js';
import { refusedByPolicy, toService } from '../ground.js';
import { applyPolicy, onlyFrontend, policyName, removePolicy } from '../policies.js';

export const fault = defineFault({
  id: 'policy-denies',
  incident: 'row-31',
  story: 'a NetworkPolicy admits a label which the client does not carry',
  layer: 'L4',
  cause: 'policy-denies',
  object: (scene) => policyName(scene, 'only-frontend'),
  flow: toService,
  stopsAt: refusedByPolicy,
  flavours: ['B', 'C'],
  // kube-router ends its chains in REJECT; Cilium drops.
  sees: { default: 'refused', cilium: 'timeout' },
  healer: 'none: the policy is as a person wrote it',
  inject: (scene) => applyPolicy(scene, 'only-frontend', onlyFrontend),
  heal: (scene) => removePolicy(scene, 'only-frontend'),
});
