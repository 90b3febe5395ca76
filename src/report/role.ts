// The least role as objects that `kubectl apply -f -` takes.
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}
export interface RoleParts {
  readonly name: string;
  readonly cluster: readonly Rule[];
  readonly namespaced: readonly { readonly namespace: string; readonly rules: readonly Rule[] }[];
}

const API_VERSION = 'rbac.authorization.k8s.io/v1';

/** Rules for the same group and verbs are told as one, as people write them by hand. */
export function merged(rules: readonly Rule[]): readonly Rule[] {
  const keyOf = ({ apiGroups, verbs, resourceNames = [] }: Rule): string =>
    JSON.stringify([apiGroups, verbs, resourceNames]);
  const keys = [...new Set(rules.map(keyOf))];
  return keys.map((key) => {
    const same = rules.filter((rule) => keyOf(rule) === key);
    return { ...same[0]!, resources: [...new Set(same.flatMap(({ resources }) => resources))] };
  });
}

export function roleObjects({ name, cluster, namespaced }: RoleParts): readonly object[] {
  const roles = namespaced
    .filter(({ rules }) => rules.length > 0)
    .map(({ namespace, rules }) => ({
      apiVersion: API_VERSION,
      kind: 'Role',
      metadata: { name, namespace },
      rules: merged(rules),
    }));
  return [{ apiVersion: API_VERSION, kind: 'ClusterRole', metadata: { name }, rules: merged(cluster) }, ...roles];
}
