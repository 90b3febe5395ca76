import { endPods, served, toName } from '../dns.js';
import { defineFault } from '../fault.js';

const ROLE = 'clusterrole/system:coredns';

interface Role {
  readonly rules: readonly { readonly apiGroups: readonly string[] }[];
}

export const fault = defineFault({
  id: 'coredns-forbidden',
  incident: 'KN-145',
  story:
    'CoreDNS was restarted after its role lost EndpointSlices: it never becomes ready, and says why only in its log',
  layer: 'L7',
  cause: 'coredns-forbidden',
  object: () => 'endpointslices',
  flow: toName,
  flavours: ['A', 'B', 'C'],
  sees: { default: 'refused', cilium: 'not-permitted' },
  healer: 'none: CoreDNS asks again and is refused again',
  seconds: 40,
  async inject(scene) {
    const role: Role = JSON.parse(await scene.kubectl('get', ROLE, '-o', 'json'));
    scene.keep('rules', JSON.stringify(role.rules));
    const rules = role.rules.filter(({ apiGroups }) => !apiGroups.includes('discovery.k8s.io'));
    await scene.kubectl('patch', ROLE, '--type=merge', '-p', JSON.stringify({ rules }));
    await endPods(scene);
  },
  async heal(scene) {
    if (scene.kept('rules') === '') return;
    await scene.kubectl('patch', ROLE, '--type=merge', '-p', `{"rules":${scene.kept('rules')}}`);
    await endPods(scene);
    await served(scene);
  },
});
