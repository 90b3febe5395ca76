// NetworkPolicies that the policy faults apply, named after the draw so that nothing can know them beforehand.
import { NAMESPACE, type Scene } from './scene.js';

export const policyName = ({ draw }: Scene, what: string): string => `${what}-${draw.number}`;

export async function applyPolicy(scene: Scene, what: string, spec: object): Promise<void> {
  const metadata = { name: policyName(scene, what), namespace: NAMESPACE };
  await scene.apply({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec });
}

export async function removePolicy(scene: Scene, what: string): Promise<void> {
  await scene.kubectl('delete', 'networkpolicy', policyName(scene, what), '-n', NAMESPACE, '--ignore-not-found');
}

/** Only a label that no client carries may enter the backends. */
export const onlyFrontend = {
  podSelector: { matchLabels: { app: 'api' } },
  policyTypes: ['Ingress'],
  ingress: [{ from: [{ podSelector: { matchLabels: { app: 'frontend' } } }] }],
};

/** The clients may speak to the backends, and to nobody else: DNS was forgotten. */
export const onlyApi = {
  podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'web2'] }] },
  policyTypes: ['Egress'],
  egress: [{ to: [{ podSelector: { matchLabels: { app: 'api' } } }] }],
};
