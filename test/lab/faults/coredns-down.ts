import { endPods, scaleTo, served, toName } from '../dns.js';
import { defineFault } from '../fault.js';

export const fault = defineFault({
  id: 'coredns-down',
  incident: 'row-39',
  story: 'no CoreDNS pod runs: every name fails at once while addresses work',
  layer: 'L7',
  cause: 'cluster-dns-down',
  object: () => 'kube-dns',
  flow: toName,
  flavours: ['A', 'B', 'C'],
  sees: { default: 'refused', cilium: 'not-permitted' },
  healer: 'none: the Deployment is scaled to zero',
  seconds: 30,
  async inject(scene) {
    scene.keep(
      'replicas',
      await scene.kubectl('get', 'deployment/coredns', '-n', 'kube-system', '-o', 'jsonpath={.spec.replicas}'),
    );
    await scaleTo(scene, '0');
    await endPods(scene);
  },
  async heal(scene) {
    await scaleTo(scene, scene.kept('replicas') || '2');
    await served(scene);
  },
});
