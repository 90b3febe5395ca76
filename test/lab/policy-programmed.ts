// Puts a set of policies in place of the one before, and waits until both workers have it.
import type { PolicyObject } from '../../src/facts/kube.js';
import { readPolicy } from '../../src/facts/read/kube-policy.js';
import { untilProgrammed } from './policies.js';
import type { Drawn } from './policy-draw.js';
import { MARKED } from './policy-ground.js';
import { outOf, type Scene } from './scene.js';

const LABEL = 'netdiag-lab/drawn';

/** The marker is written last, and a node that has it has all that was written before. Returns what the server stored. */
export async function applySet(
  scene: Scene,
  drawn: readonly Drawn[],
  number: number,
): Promise<readonly PolicyObject[]> {
  await scene.kubectl('delete', 'networkpolicy', '-A', '-l', LABEL);
  const name = `marker-${number}`;
  const spec = { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] };
  const marker = { namespace: MARKED, name, spec };
  const items = [...drawn, marker].map((one) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: one.namespace, name: one.name, labels: { [LABEL]: 'yes' } },
    spec: one.spec,
  }));
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const ran = await scene.lab.kubectl(['apply', '-f', '-', '-o', 'json'], { stdin });
  const stored: { readonly items: readonly unknown[] } = JSON.parse(outOf(ran, 'kubectl apply'));
  await Promise.all(['w1', 'w2'].map((node) => untilProgrammed(scene, node, name)));
  return stored.items.map(readPolicy).filter(({ namespace }) => namespace !== MARKED);
}
