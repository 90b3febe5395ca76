// Whether the nodes of a flow have programmed what the policies at its ends say.
import { Unanswerable, type Source } from '../../facts/fact.js';
import type { Enforcer } from '../../facts/policy.js';
import type { Observed } from '../../model/observed.js';
import { nodeSubject } from '../../target/subject.js';
import { dialectOf } from './dialect.js';
import { trafficsOf } from './intended.js';
import { driftsOf } from './kube-router.js';
import type { Drift } from './kube-router-sets.js';

declare module '../../facts/fact.js' {
  interface FlowFacts {
    policyDrift: PolicyDrift;
  }
}
export type PolicyDrift =
  | { readonly kind: 'does-not-apply'; readonly why: string }
  | {
      readonly kind: 'read';
      readonly enforcer: Enforcer;
      /** Nodes whose rules were compared. */
      readonly nodes: readonly string[];
      readonly drifts: readonly Drift[];
      /** What the policies say of the flow. */
      readonly says: 'allow' | 'deny' | 'mixed' | 'unknown';
      readonly observed: Observed;
    };

export const policyDrift: Source<'flow', PolicyDrift> = (flow, know) => {
  const told = know.get(flow, 'intended');
  if (told.kind === 'does-not-apply') return told;
  const { enforcer, observed, says } = told;
  if (enforcer.name !== 'kube-router')
    return { kind: 'does-not-apply', why: `what ${enforcer.says} programs is not compared with the policies` };
  const policed = know.get(flow, 'policed');
  if (policed.kind !== 'read') return policed;
  const sides = trafficsOf(policed, dialectOf(enforcer));
  const nodes = [...new Set(sides.flatMap(({ self }) => self.pod.node ?? []))];
  know.ahead(nodes.map((name) => [nodeSubject(name), 'netfilter'] as const));
  const drifts = sides.flatMap((traffic): readonly Drift[] => {
    const node = traffic.self.pod.node;
    if (node === undefined) return [];
    const found = driftsOf({ node, traffic, netfilter: know.get(nodeSubject(node), 'netfilter') });
    if (!found) throw new Unanswerable([{ kind: 'unreadable', detail: `the sets of node ${node} were not read` }]);
    return found;
  });
  return { kind: 'read', enforcer, nodes, drifts, says, observed };
};
