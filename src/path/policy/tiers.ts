// The tiers a pod's traffic goes through: an administrator's, the namespace's own, and the baseline beneath.
import type { OtherPolicies } from '../../facts/policy.js';
import { adminTier } from './admin-policy.js';
import { calicoTiers } from './calico.js';
import { ciliumStatements } from './cilium.js';
import { statementOf } from './network-policy.js';
import type { Statement, Tier } from './statement.js';
import type { Traffic } from './traffic.js';

export function tiersOf(traffic: Traffic, others: OtherPolicies): readonly Tier[] {
  const { self, direction } = traffic;
  const own = self.selecting
    .filter(({ types }) => types.includes(direction))
    .map((policy) => statementOf(policy, direction));
  const namespaced = namespacedTiers(own, traffic, others);
  if (others.admin.length === 0) return namespaced;
  return [adminTier('admin', others.admin, traffic), ...namespaced, adminTier('baseline', others.admin, traffic)];
}

/** NetworkPolicies stand alone, or among the enforcer's own. */
function namespacedTiers(
  own: readonly Statement[],
  traffic: Traffic,
  { calico, cilium }: OtherPolicies,
): readonly Tier[] {
  if (calico) return calicoTiers(calico, own, traffic);
  const { deny, allow } = ciliumStatements(cilium ?? [], traffic);
  const statements = [...own, ...allow];
  const all = statements.length === 0 && traffic.dialect.closedUnselected ? [ALWAYS] : statements;
  const union: Tier = { name: 'NetworkPolicy', how: 'union', statements: all };
  return deny.length === 0 ? [union] : [{ name: 'deny', how: 'ordered', statements: deny }, union];
}

/** What Cilium's enable-policy=always makes of a pod without policies. */
const ALWAYS: Statement = {
  ref: { kind: 'setting', name: 'enable-policy=always' },
  priority: 0,
  isolates: true,
  rules: [],
};
