// Puts a set of policies in place of the one before, and waits until both workers have it.
import type { PolicyObject } from '../../src/facts/kube.js';
import { readPolicy } from '../../src/facts/read/kube-policy.js';
import { CILIUM, podOn } from './agents.js';
import { isProgrammed } from './policies.js';
import type { Drawn } from './policy-draw.js';
import { MARKED } from './policy-ground.js';
import { until } from './run.js';
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
  await Promise.all(['w1', 'w2'].map((node) => programmed(scene, node, name)));
  return stored.items.map(readPolicy).filter(({ namespace }) => namespace !== MARKED);
}

const programmed = (scene: Scene, node: string, marker: string): Promise<true> =>
  until(`${marker} on ${node}`, 60_000, async () => {
    const isThere =
      scene.lab.flavour.policy === 'cilium' ? ciliumHas(scene, node, marker) : isProgrammed(scene, node, marker);
    return (await isThere) ? true : undefined;
  });

/** Cilium counts revisions of what it was told; `policy wait` returns when every endpoint has one of them realized. */
async function ciliumHas(scene: Scene, node: string, marker: string): Promise<boolean> {
  const pod = await podOn(scene, CILIUM, node);
  const agent = (...words: readonly string[]): Promise<string> =>
    scene.kubectl('exec', '-n', CILIUM.namespace, pod, '-c', 'cilium-agent', '--', 'cilium-dbg', 'policy', ...words);
  const held = await agent('get');
  const revision = /Revision: (\d+)/.exec(held)?.[1];
  if (!held.includes(`"${marker}"`) || revision === undefined) return false;
  await agent('wait', revision);
  return true;
}
