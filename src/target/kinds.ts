// The kinds that can be named, and every spelling people carry over from kubectl.
export const KINDS = {
  pod: { plural: 'pods', spellings: ['pod', 'pods', 'po'] },
  deploy: { plural: 'deployments', spellings: ['deploy', 'deployment', 'deployments', 'deployment.apps'] },
  sts: { plural: 'statefulsets', spellings: ['sts', 'statefulset', 'statefulsets', 'statefulset.apps'] },
  ds: { plural: 'daemonsets', spellings: ['ds', 'daemonset', 'daemonsets', 'daemonset.apps'] },
  rs: { plural: 'replicasets', spellings: ['rs', 'replicaset', 'replicasets', 'replicaset.apps'] },
  job: { plural: 'jobs', spellings: ['job', 'jobs', 'job.batch'] },
  svc: { plural: 'services', spellings: ['svc', 'service', 'services'] },
  node: { plural: 'nodes', spellings: ['node', 'nodes', 'no'] },
} as const;
export type Kind = keyof typeof KINDS;
export const KIND_NAMES = ['pod', 'deploy', 'sts', 'ds', 'rs', 'job', 'svc', 'node'] as const satisfies readonly Kind[];

export function kindSpelled(word: string): Kind | undefined {
  const lower = word.toLowerCase();
  return KIND_NAMES.find((name) => KINDS[name].spellings.some((spelling) => spelling === lower));
}
