// Every kind of policy as one: ordered rules that allow, deny or pass on, in tiers.
import type { RuleAction } from '../../facts/policy.js';
import { allOf, unknown, type Match } from './match.js';
import type { Traffic } from './traffic.js';

export interface PolicyRef {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}
export interface StatedRule {
  readonly action: RuleAction;
  /** `its ingress rule 2`, `rule "allow-dns"`. */
  readonly says: string;
  readonly matches: (traffic: Traffic) => Match;
}
/** What one policy says of one direction. Only of pods it selects. */
export interface Statement {
  readonly ref: PolicyRef;
  /** The lower goes first; of equals in an ordered tier nobody defines which. */
  readonly priority: number;
  /** What none of its tier's rules decides is closed. */
  readonly isolates: boolean;
  readonly rules: readonly StatedRule[];
}
export interface Tier {
  readonly name: string;
  /** union: any rule that allows is enough, whatever its order. */
  readonly how: 'union' | 'ordered';
  readonly statements: readonly Statement[];
}

export const refText = ({ kind, name }: PolicyRef): string => `${kind} ${name}`;

/** Whether it selects the pod cannot be told: so can neither what it allows, nor whether it closes the rest. */
export function inDoubt({ isolates, rules, ...statement }: Statement, doubt: string): Statement {
  const open = unknown(doubt);
  const doubted = rules.map((rule) => ({
    ...rule,
    matches: (traffic: Traffic): Match => allOf(open, rule.matches(traffic)),
  }));
  const closing: StatedRule = { action: 'deny', says: 'its end', matches: () => open };
  return { ...statement, isolates: false, rules: isolates ? [...doubted, closing] : doubted };
}
