// The tiers a pod's traffic goes through: an administrator's, the namespace's own, and the baseline beneath.
import type { OtherPolicies } from '../../facts/policy.js';
import { adminTier } from './admin-policy.js';
import { statementOf } from './network-policy.js';
import type { Statement, Tier } from './statement.js';
import type { Traffic } from './traffic.js';

export function tiersOf(traffic: Traffic, others: OtherPolicies): readonly Tier[] {
  const { self, direction, dialect } = traffic;
  const own = self.selecting.filter(({ types }) => types.includes(direction));
  const statements = own.map((policy) => statementOf(policy, direction));
  const all = statements.length === 0 && dialect.closedUnselected ? [ALWAYS] : statements;
  const namespaced: Tier = { name: 'NetworkPolicy', how: 'union', statements: all };
  if (others.admin.length === 0) return [namespaced];
  return [adminTier('admin', others.admin, traffic), namespaced, adminTier('baseline', others.admin, traffic)];
}

/** What Cilium's enable-policy=always makes of a pod without policies. */
const ALWAYS: Statement = {
  ref: { kind: 'setting', name: 'enable-policy=always' },
  priority: 0,
  isolates: true,
  rules: [],
};
