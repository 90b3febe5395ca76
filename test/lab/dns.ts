// CoreDNS as the DNS faults change it.
import type { Flow } from './fault.js';
import { NAMESPACE, type Scene } from './scene.js';

const SYSTEM = ['-n', 'kube-system'] as const;
const PODS = [...SYSTEM, '-l', 'k8s-app=kube-dns'] as const;

/** From the drawn client to the drawn Service by its name. */
export function toName({ draw }: Scene): Flow {
  const dest = `${draw.service.name}.${NAMESPACE}.svc.cluster.local`;
  return { source: `pod/${draw.client.pod}`, dest, probe: 'dns', port: draw.service.port };
}

/** To a name outside the cluster that nobody has asked for yet, so that no cache can answer. */
export function toOutsideName(scene: Scene): Flow {
  const count = Number(scene.kept('asked') || '0') + 1;
  scene.keep('asked', String(count));
  const dest = `n${scene.draw.seed}x${count}.wild.example.com`;
  return { source: `pod/${scene.draw.client.pod}`, dest, probe: 'dns', port: 80, patience: 7 };
}

/** A pod that is asked to end serves five seconds more (lameduck), and kube-proxy goes on sending to it. */
export async function endPods(scene: Scene): Promise<void> {
  await scene.kubectl('delete', 'pods', ...PODS, '--grace-period=0', '--force');
}

export async function scaleTo(scene: Scene, replicas: string): Promise<void> {
  await scene.kubectl('scale', 'deployment/coredns', ...SYSTEM, `--replicas=${replicas}`);
}

export async function served(scene: Scene): Promise<void> {
  await scene.kubectl('rollout', 'status', 'deployment/coredns', ...SYSTEM, '--timeout=60s');
}
