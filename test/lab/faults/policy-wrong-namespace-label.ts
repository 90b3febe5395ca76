import { defineFault } from '../fault.js';
import { refusedByPolicy, toService } from '../ground.js';
import { applyPolicy, onlyTeam, policyName, removePolicy } from '../policies.js';

export const fault = defineFault({
  id: 'policy-wrong-namespace-label',
  incident: 'row-31',
  story: 'a NetworkPolicy admits namespaces by a label that nobody put on the client’s',
  layer: 'L4',
  cause: 'policy-denies',
  object: (scene) => policyName(scene, 'only-team'),
  flow: toService,
  stopsAt: refusedByPolicy,
  flavours: ['B', 'C'],
  // kube-router ends its chains in REJECT; Cilium drops.
  sees: { default: 'refused', cilium: 'timeout' },
  healer: 'none: the policy is as a person wrote it',
  inject: (scene) => applyPolicy(scene, 'only-team', onlyTeam),
  heal: (scene) => removePolicy(scene, 'only-team'),
});
