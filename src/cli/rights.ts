// What each rung asks of RBAC. One table: the role that is printed and the reviews that are made both come from it.
import type { Rung } from '../evidence/evidence.js';

export interface Right {
  readonly rung: Rung;
  /** Empty for the core group. */
  readonly group: string;
  /** With its sub-resource: `pods/log`. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** cluster: in every namespace; probe: in the namespace of probe pods only. */
  readonly where: 'cluster' | 'probe';
  /** Only these objects; RBAC can then not grant `list`. */
  readonly names?: readonly string[];
  /** Without it: what stays not known. */
  readonly why: string;
  /** Checks that need it; absent: every run does. */
  readonly onlyFor?: readonly string[];
}

/** `asked` is a verb or several and a resource, as `kubectl auth can-i` takes them. */
const right = (rung: Rung, asked: string, more: Pick<Right, 'why' | 'names' | 'onlyFor'>): Right => {
  const [verbs = '', full = ''] = asked.split(' ');
  const [resource, group] = splitGroup(full);
  return { rung, resource, group, verbs: verbs.split(','), where: 'cluster', ...more };
};

/** `pods/log` stays whole; `jobs.batch` parts at the first dot. */
function splitGroup(resource: string): readonly [string, string] {
  const at = resource.indexOf('.');
  return at < 0 ? [resource, ''] : [resource.slice(0, at), resource.slice(at + 1)];
}

const CONFIG_NAMES = ['cilium-config', 'coredns', 'kube-flannel-cfg', 'kube-proxy', 'kubeadm-config'];

export const RIGHTS: readonly Right[] = [
  right('none', 'get,list nodes', { why: 'addresses, pod ranges and conditions of the nodes' }),
  right('none', 'get,list pods', { why: 'who is at both ends, and which agents run on their nodes' }),
  right('none', 'get,list services', { why: 'ports, selector and policies of the destination' }),
  right('none', 'list endpointslices.discovery.k8s.io', { why: 'where a Service should lead' }),
  right('none', 'list events', { why: 'why a pod is not ready' }),
  right('none', 'get,list daemonsets.apps', { why: 'which CNI and kube-proxy run' }),
  right('none', 'list networkpolicies.networking.k8s.io', { why: 'what the policies at both ends allow' }),
  ...[
    'ciliumnetworkpolicies.cilium.io',
    'ciliumclusterwidenetworkpolicies.cilium.io',
    'networkpolicies.crd.projectcalico.org',
    'globalnetworkpolicies.crd.projectcalico.org',
    'tiers.crd.projectcalico.org',
  ].map((kind) => right('none', `list ${kind}`, { why: 'what Cilium’s or Calico’s own policies say' })),
  ...['adminnetworkpolicies', 'baselineadminnetworkpolicies', 'clusternetworkpolicies'].map((kind) =>
    right('none', `list ${kind}.policy.networking.k8s.io`, { why: 'what administrators allow and deny above them' }),
  ),
  right('none', 'get,list namespaces', { why: 'the labels that policies select by' }),
  right('none', 'list ingresses.networking.k8s.io', {
    why: 'whom policies must let a controller reach',
    onlyFor: ['policy-closes-callers'],
  }),
  ...['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'].map((kind) =>
    right('none', `list ${kind}.admissionregistration.k8s.io`, {
      why: 'whom policies must let the API server reach',
      onlyFor: ['policy-closes-callers'],
    }),
  ),
  ...['servicemonitors', 'podmonitors'].map((kind) =>
    right('none', `list ${kind}.monitoring.coreos.com`, {
      why: 'whom policies must let Prometheus reach',
      onlyFor: ['policy-closes-callers'],
    }),
  ),
  right('none', 'get deployments.apps', { why: 'a pod of deploy/NAME' }),
  right('none', 'get statefulsets.apps', { why: 'a pod of sts/NAME' }),
  right('none', 'get replicasets.apps', { why: 'a pod of rs/NAME' }),
  right('none', 'get jobs.batch', { why: 'a pod of job/NAME' }),
  right('none', 'get configmaps', {
    names: CONFIG_NAMES,
    why: 'address ranges and modes of kube-proxy, CNI and CoreDNS',
  }),
  right('none', 'get pods/log', {
    why: 'what CoreDNS says of its upstream and of its own rights',
    onlyFor: ['dns-upstream-failing', 'coredns-forbidden', 'cluster-dns-down'],
  }),
  right('none', 'get pods/proxy', {
    why: 'the health that kube-proxy tells of itself',
    onlyFor: ['kube-proxy-unhealthy'],
  }),
  right('none', 'get clusterroles.rbac.authorization.k8s.io', {
    names: ['system:coredns'],
    why: 'whether CoreDNS may read Services',
    onlyFor: ['coredns-forbidden'],
  }),
  // Kubernetes 1.35 asks for create beside the get of old (AuthorizePodWebsocketUpgradeCreatePermission).
  right('exec', 'get,create pods/exec', { why: 'read-only commands in pods, and the attempts themselves' }),
  {
    ...right('node', 'get,list,create,delete jobs.batch', { why: 'short-lived pods on the nodes of the path' }),
    where: 'probe',
  },
  { ...right('node', 'get,list,create,delete pods', { why: 'the same where Jobs are forbidden' }), where: 'probe' },
  { ...right('node', 'get,create pods/exec', { why: 'commands in those pods' }), where: 'probe' },
];

/** `node` is exec and more. Debug containers would need patch on pods/ephemeralcontainers; nothing here makes any. */
export function rightsUpTo(rung: Rung, checks: readonly string[]): readonly Right[] {
  const rungs: Readonly<Record<Rung, readonly Rung[]>> = {
    none: ['none'],
    exec: ['none', 'exec'],
    ephemeral: ['none', 'exec'],
    node: ['none', 'exec', 'node'],
  };
  return RIGHTS.filter(
    (one) => rungs[rung].includes(one.rung) && (one.onlyFor ?? checks).some((id) => checks.includes(id)),
  );
}

export const fullResource = ({ resource, group }: Right): string => (group === '' ? resource : `${resource}.${group}`);
