// What the policies of one end say of one packet: allowed, denied, or not known, and by which rule.
import type { Match, No } from './match.js';
import type { PolicyRef, StatedRule, Statement, Tier } from './statement.js';
import type { Traffic } from './traffic.js';

export type Verdict = 'allow' | 'deny' | 'unknown';

export interface Nearest {
  readonly ref: PolicyRef;
  readonly says: string;
  readonly lacks: string;
}
export type Basis =
  /** Nothing selects the pod in this direction, or nothing that does decides. */
  | { readonly kind: 'open' }
  | { readonly kind: 'rule'; readonly ref: PolicyRef; readonly says: string }
  | { readonly kind: 'closed'; readonly by: readonly PolicyRef[]; readonly nearest: () => Nearest | undefined }
  | { readonly kind: 'doubt'; readonly doubts: readonly string[] };

export interface Ruling {
  readonly verdict: Verdict;
  readonly basis: Basis;
}

/** One way it may end, as far as what is known goes. `none`: nothing here decides. */
interface Possible {
  readonly action: 'allow' | 'deny' | 'pass' | 'none';
  readonly basis: Basis;
}
const OPEN: Basis = { kind: 'open' };
const NONE: Possible = { action: 'none', basis: OPEN };

export function evaluate(tiers: readonly Tier[], traffic: Traffic): Ruling {
  const doubts = new Set<string>();
  const ends = through(tiers, traffic, doubts);
  const [first] = ends;
  if (!first) return { verdict: 'allow', basis: OPEN };
  if (ends.every(({ action }) => (action === 'deny') === (first.action === 'deny')))
    return { verdict: first.action === 'deny' ? 'deny' : 'allow', basis: first.basis };
  return { verdict: 'unknown', basis: { kind: 'doubt', doubts: [...doubts] } };
}

/** A tier that does not decide, or passes on, leaves it to the next; behind the last everything is open. */
function through([tier, ...rest]: readonly Tier[], traffic: Traffic, doubts: Set<string>): readonly Possible[] {
  if (!tier) return [NONE];
  const ends = tier.how === 'union' ? unionOf(tier, traffic, doubts) : orderedOf(tier, traffic, doubts);
  const goesOn = ({ action }: Possible): boolean => action === 'none' || action === 'pass';
  return ends.some(goesOn) ? [...ends.filter((end) => !goesOn(end)), ...through(rest, traffic, doubts)] : ends;
}

/** One rule that certainly allows is the end of it, whatever else may match. */
function unionOf(tier: Tier, traffic: Traffic, doubts: Set<string>): readonly Possible[] {
  const ends: Possible[] = [];
  for (const statement of tier.statements) {
    for (const rule of statement.rules) {
      const match = rule.matches(traffic);
      if (match.kind === 'no') continue;
      const end = ruled(statement, rule, match);
      if (match.kind === 'yes') return [end];
      ends.push(end);
      doubts.add(match.doubt);
    }
  }
  return [...ends, closedBy(tier, traffic)];
}

function orderedOf(tier: Tier, traffic: Traffic, doubts: Set<string>): readonly Possible[] {
  const ends: Possible[] = [];
  for (const group of byPriority(tier.statements)) {
    const each = group.map((statement) => endsOf(statement, traffic, doubts));
    const decided = each.flat().filter(({ action }) => action !== 'none');
    ends.push(...decided);
    if (new Set(decided.map(({ action }) => action)).size > 1 && group.length > 1)
      doubts.add(
        `${group.map(({ ref }) => ref.name).join(' and ')} have one priority: which goes first is not defined`,
      );
    if (each.some((possible) => possible.every(({ action }) => action !== 'none'))) return ends;
  }
  return [...ends, closedBy(tier, traffic)];
}

function byPriority(statements: readonly Statement[]): readonly (readonly Statement[])[] {
  const groups = new Map<number, Statement[]>();
  for (const statement of statements) {
    const group = groups.get(statement.priority) ?? [];
    groups.set(statement.priority, group);
    group.push(statement);
  }
  return [...groups].toSorted(([a], [b]) => a - b).map(([, group]) => group);
}

/** Rules in order, until one certainly matches; each that may match is a way it may end. */
function endsOf(statement: Statement, traffic: Traffic, doubts: Set<string>): readonly Possible[] {
  const ends: Possible[] = [];
  for (const rule of statement.rules) {
    const match = rule.matches(traffic);
    if (match.kind === 'no') continue;
    ends.push(ruled(statement, rule, match));
    if (match.kind === 'yes') return ends;
    doubts.add(match.doubt);
  }
  return [...ends, NONE];
}

const ruled = ({ ref }: Statement, { action, says }: StatedRule, match: Match): Possible => ({
  action,
  basis: { kind: 'rule', ref, says: match.kind === 'yes' && match.note ? `${says}, ${match.note}` : says },
});

function closedBy({ statements }: Tier, traffic: Traffic): Possible {
  const closing = statements.filter(({ isolates }) => isolates);
  if (closing.length === 0) return NONE;
  const basis = {
    kind: 'closed',
    by: closing.map(({ ref }) => ref),
    nearest: () => nearestOf(closing, traffic),
  } as const;
  return { action: 'deny', basis };
}

/** The rule of which most matched: the one somebody meant. */
function nearestOf(closing: readonly Statement[], traffic: Traffic): Nearest | undefined {
  let best: { readonly ref: PolicyRef; readonly says: string; readonly match: No } | undefined;
  for (const { ref, rules } of closing) {
    for (const { action, says, matches } of rules) {
      const match = action === 'allow' ? matches(traffic) : undefined;
      if (match?.kind === 'no' && match.near >= 0 && (!best || match.near > best.match.near))
        best = { ref, says, match };
    }
  }
  return best && { ref: best.ref, says: best.says, lacks: best.match.lacks() };
}
