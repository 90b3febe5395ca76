// Who makes NetworkPolicies come true here. The API accepts policies on every cluster, so their presence tells nothing.
import { CLUSTER } from '../../target/subject.js';
import type { Source } from '../fact.js';
import type { Enforcer } from '../policy.js';
import { at, strings, text, type Jsonish } from '../read/untyped.js';
import { askList, listRequest } from './api.js';
import type { AgentSet } from './cluster.js';

declare module '../fact.js' {
  interface ClusterFacts {
    enforcer: Enforcer;
  }
}

/** Engines that are no CNI and stand beside one, by `k8s-app` (Weave's manifest says `name`), from their own manifests. */
const BESIDE = ['kube-network-policies', 'azure-npm', 'romana-agent', 'cilium', 'calico-node'] as const;
const BESIDE_PATHS = [
  `/apis/apps/v1/daemonsets?labelSelector=${encodeURIComponent(`k8s-app in (${BESIDE.join(',')})`)}`,
  `/apis/apps/v1/daemonsets?labelSelector=${encodeURIComponent('name=weave-net')}`,
] as const;

export const enforcer: Source<'cluster', Enforcer> = (_, know) => {
  // Seldom needed, and asked last it would be a round of its own.
  know.begin(BESIDE_PATHS.map((path) => listRequest(path)));
  const cni = know.get(CLUSTER, 'cni');
  const agents = know.get(CLUSTER, 'agents');
  const found = agents.flatMap((agent) => engineOf(agent, cni.settings) ?? []);
  const [sure] = found.filter(({ enforces }) => enforces === true);
  if (sure) return sure;
  // Flannel alone enforces nothing, and people put engines beside it: who looks only at the CNI calls them absent.
  const [beside] = BESIDE_PATHS.flatMap((path) => askList(know, path)).map(besideOf);
  if (beside) return beside;
  const [open] = found.filter(({ enforces }) => enforces === 'unknown');
  if (open) return open;
  const [off] = found;
  if (off) return { ...off, name: 'none' };
  const isFlannel = cni.name === 'flannel';
  const says = cni.name === 'unknown' ? 'no network agent that we know' : cni.name;
  return { name: isFlannel ? 'none' : 'unknown', says, enforces: isFlannel ? false : 'unknown', settings: {} };
};

const ENGINES: Readonly<Record<string, Enforcer['name']>> = {
  'calico-node': 'calico',
  canal: 'calico',
  cilium: 'cilium',
  'antrea-agent': 'antrea',
  'ovnkube-node': 'ovn-kubernetes',
  'kube-router': 'kube-router',
  kindnet: 'kube-network-policies',
  'kube-network-policies': 'kube-network-policies',
  // Both hold an engine that is off unless their settings say otherwise, and we do not read those.
  'aws-node': 'unknown',
  'azure-cns': 'unknown',
};

function engineOf(agent: AgentSet, settings: Enforcer['settings']): Enforcer | undefined {
  const name = ENGINES[agent.app];
  if (!name) return undefined;
  const says = name === 'unknown' || name === 'kube-network-policies' ? agent.app : name;
  const daemonSet = { namespace: agent.namespace, name: agent.name };
  const own = agent.app === 'cilium' ? settings : {};
  return { name, says, enforces: isOn(agent, settings), daemonSet, ...versionOf(agent.image), settings: own };
}

/** Of `quay.io/cilium/cilium:v1.16.5@sha256:…`. */
function versionOf(image: string): Pick<Enforcer, 'version'> {
  const [, version] = /:v?(\d+\.\d+(?:\.\d+)?)[^/]*$/.exec(image) ?? [];
  return version === undefined ? {} : { version };
}

function isOn(agent: AgentSet, settings: Enforcer['settings']): Enforcer['enforces'] {
  switch (agent.app) {
    case 'kube-router':
      return !agent.args.includes('--run-firewall=false');
    case 'cilium':
      // In audit mode (pkg/option: PolicyAuditMode) a denial is logged, and the packet goes on.
      return settings['enable-policy'] !== 'never' && settings['policy-audit-mode'] !== 'true';
    case 'kindnet':
      return kindnetHasEngine(agent.image);
    default:
      return ENGINES[agent.app] === 'unknown' ? 'unknown' : true;
  }
}

/** kindnetd enforces since its images of 2024-07-30 (kind 0.24); the tag begins with that date. */
function kindnetHasEngine(image: string): Enforcer['enforces'] {
  const [, date] = /:v(\d{8})-/.exec(image) ?? [];
  return date === undefined ? 'unknown' : date >= '20240730';
}

function besideOf(set: Jsonish): Enforcer {
  const labels = strings(at(set, 'metadata', 'labels'));
  const app = labels['k8s-app'] ?? labels['name'] ?? '';
  const namespace = text(at(set, 'metadata', 'namespace')) ?? '';
  const name = text(at(set, 'metadata', 'name')) ?? '';
  return { name: ENGINES[app] ?? 'other', says: app, enforces: true, daemonSet: { namespace, name }, settings: {} };
}
