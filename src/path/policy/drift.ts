// Whether the nodes of a flow have programmed what the policies at its ends say.
import { Unanswerable, type Know, type Source } from '../../facts/fact.js';
import type { Enforcer } from '../../facts/policy.js';
import { listed } from '../../model/listed.js';
import type { Observed } from '../../model/observed.js';
import { nodeSubject } from '../../target/subject.js';
import { mapDrifts, type Skipped } from './cilium-map.js';
import { dialectOf } from './dialect.js';
import { trafficsOf, type Side } from './intended.js';
import { driftsOf } from './kube-router.js';
import type { Drift } from './kube-router-sets.js';
import type { Traffic } from './traffic.js';

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
  const compare = COMPARED[enforcer.name];
  if (!compare)
    return { kind: 'does-not-apply', why: `what ${enforcer.says} programs is not compared with the policies` };
  const policed = know.get(flow, 'policed');
  if (policed.kind !== 'read') return policed;
  const sides = told.ways.flatMap((way) => way.sides);
  const placed = trafficsOf(policed, dialectOf(enforcer)).flatMap((traffic, at) => {
    const [node, side] = [traffic.self.pod.node, sides[at]];
    return node === undefined || !side ? [] : [{ node, told: { traffic, side } }];
  });
  know.ahead(placed.map(({ node }) => [nodeSubject(node), compare.from] as const));
  const compared = placed.map(({ node, told: of }) => {
    return { node, found: compare.drifts(node, of, know) ?? unread(compare.unread(node, know), node) };
  });
  const skipped = compared.flatMap(({ found }) => ('skips' in found ? [found.skips] : []));
  if (skipped[0] !== undefined && skipped.length === compared.length)
    return { kind: 'does-not-apply', why: skipped[0] };
  const nodes = new Set(compared.flatMap(({ node, found }) => ('skips' in found ? [] : [node])));
  const drifts = compared.flatMap(({ found }) => ('skips' in found ? [] : found));
  return { kind: 'read', enforcer, nodes: [...nodes], drifts, says, observed };
};

interface Told {
  readonly traffic: Traffic;
  readonly side: Side;
}
interface Comparison {
  readonly from: 'netfilter' | 'ciliumMaps';
  /** What of it is lacking where nothing can be compared. */
  readonly unread: (node: string, know: Know) => readonly string[];
  readonly drifts: (node: string, told: Told, know: Know) => readonly Drift[] | Skipped | undefined;
}

const COMPARED: Readonly<Partial<Record<Enforcer['name'], Comparison>>> = {
  'kube-router': {
    from: 'netfilter',
    unread: (node, know) => know.get(nodeSubject(node), 'netfilter').unread,
    drifts: (node, { traffic }, know) =>
      driftsOf({ node, traffic, netfilter: know.get(nodeSubject(node), 'netfilter') }),
  },
  cilium: {
    from: 'ciliumMaps',
    unread: () => ['the policy map of its pod'],
    drifts(node, told, know) {
      const maps = know.get(nodeSubject(node), 'ciliumMaps');
      return maps === 'none' ? undefined : mapDrifts({ node, maps, ...told });
    },
  },
};

function unread(what: readonly string[], node: string): never {
  const lacking = what.length > 0 ? what : ['the sets that its rules name'];
  throw new Unanswerable([{ kind: 'unreadable', detail: `node ${node}: ${listed(lacking)} could not be read` }]);
}
