// NetworkPolicies that the policy faults apply, named after the draw so that nothing can know them beforehand.
import { ciliumDbg } from './agents.js';
import { until } from './run.js';
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

/** A team's namespaces may enter; the workload's own is not labelled so, though people believe it is. */
export const onlyTeam = {
  podSelector: { matchLabels: { app: 'api' } },
  policyTypes: ['Ingress'],
  ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'shop' } } }] }],
};

/** The port that people dial, which is the Service's, and no packet at the backend carries it. */
export const servicePort = (port: number): object => ({
  podSelector: { matchLabels: { app: 'api' } },
  policyTypes: ['Ingress'],
  ingress: [{ from: [{ podSelector: {} }], ports: [{ protocol: 'TCP', port }] }],
});

/** Clients by label; `more` admits another kind beside the one that nobody is. */
export const frontendAnd = (...more: readonly string[]): object => ({
  podSelector: { matchLabels: { app: 'api' } },
  policyTypes: ['Ingress'],
  ingress: [
    { from: [{ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['frontend', ...more] }] } }] },
  ],
});

/** Whether the node has taken the policy up. */
export const isProgrammed = (scene: Scene, node: string, policy: string): Promise<boolean> =>
  scene.lab.flavour.policy === 'cilium' ? ciliumHas(scene, node, policy) : kubeRouterHas(scene, node, policy);

/** Some pod is run through it: kube-router names it in a comment. */
async function kubeRouterHas(scene: Scene, node: string, policy: string): Promise<boolean> {
  const rules = await scene.on(node, `iptables-nft-save -t filter; iptables-legacy-save -t filter 2>/dev/null; true`);
  return rules.includes(`run through nw policy ${policy}"`);
}

/** Cilium counts revisions of what it was told; `policy wait` returns when every endpoint has one of them realized. */
async function ciliumHas(scene: Scene, node: string, policy: string): Promise<boolean> {
  const held = await ciliumDbg(scene, node, 'policy', 'get');
  const revision = /Revision: (\d+)/.exec(held)?.[1];
  if (!held.includes(`"${policy}"`) || revision === undefined) return false;
  await ciliumDbg(scene, node, 'policy', 'wait', revision);
  return true;
}

export async function untilProgrammed(scene: Scene, node: string, policy: string): Promise<void> {
  await until(`${policy} programmed on ${node}`, 60_000, async () =>
    (await isProgrammed(scene, node, policy)) ? true : undefined,
  );
}
