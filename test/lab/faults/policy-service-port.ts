import { defineFault } from '../fault.js';
import { refusedByPolicy, toService } from '../ground.js';
import { applyPolicy, policyName, removePolicy, servicePort } from '../policies.js';

export const fault = defineFault({
  id: 'policy-service-port',
  incident: 'row-31',
  story: 'a NetworkPolicy names the Service’s port, which no packet carries any more when it meets the policy',
  layer: 'L4',
  cause: 'policy-denies',
  object: (scene) => policyName(scene, 'service-port'),
  flow: toService,
  stopsAt: refusedByPolicy,
  flavours: ['B', 'C'],
  sees: { default: 'refused', cilium: 'timeout' },
  healer: 'none: the policy is as a person wrote it',
  inject: (scene) => applyPolicy(scene, 'service-port', servicePort(scene.draw.service.port)),
  heal: (scene) => removePolicy(scene, 'service-port'),
});
