// The tiers a pod's traffic goes through: an administrator's, the namespace's own, and the baseline beneath.
import type { PolicedPod } from '../../model/policed.js';
import { statementOf } from './network-policy.js';
import type { Statement, Tier } from './statement.js';
import type { Traffic } from './traffic.js';

/** Policies other than the pod's own NetworkPolicies, as read. */
export interface Policies {
  readonly ordered: readonly never[];
}

export function tiersOf(self: PolicedPod, _: Policies, { direction, dialect }: Traffic): readonly Tier[] {
  const own = self.selecting.filter(({ types }) => types.includes(direction));
  const statements = own.map((policy) => statementOf(policy, direction));
  const all = statements.length === 0 && dialect.closedUnselected ? [ALWAYS] : statements;
  return [{ name: 'NetworkPolicy', how: 'union', statements: all }];
}

/** What Cilium's enable-policy=always makes of a pod without policies. */
const ALWAYS: Statement = {
  ref: { kind: 'setting', name: 'enable-policy=always' },
  priority: 0,
  isolates: true,
  rules: [],
};
