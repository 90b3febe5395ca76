// The whole program on one screen: ask, know more, ask again, and conclude when nothing is left to ask.
import type { AnyCheck } from '../checks/check.js';
import type { Door } from '../evidence/door.js';
import type { Evidence, Gap } from '../evidence/evidence.js';
import { rank } from '../layers/rank.js';
import { seenOf, type FlowSeen } from '../layers/seen.js';
import type { Finding, Verdict } from '../layers/verdict.js';
import { walk } from '../layers/walk.js';
import type { Model } from '../model/know.js';
import type { Refusal } from '../model/refusal.js';
import { scope, type Scope } from '../model/scope.js';
import type { Subject } from '../target/subject.js';
import type { Target } from '../target/target.js';
import { inRounds } from './rounds.js';

export interface Question {
  readonly target: Target;
  readonly checks: readonly AnyCheck[];
  readonly door: Pick<Door, 'collect'>;
  readonly onRound?: (round: number, requests: number) => void;
}

export interface Diagnosis {
  readonly scope: Scope;
  readonly model: Model;
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
  readonly flows: readonly FlowSeen[];
  readonly evidence: readonly Evidence[];
  readonly rounds: number;
}
export type Diagnosed = Diagnosis | { readonly refusal: Refusal } | { readonly blocked: readonly Gap[] };

export async function diagnose(question: Question): Promise<Diagnosed> {
  const { target } = question;
  const checks = question.checks.filter(({ wide }) => !wide || target.source === undefined);
  const { answer: scoped, ...known } = await inRounds(question, (model) => {
    const found = model.evaluate(scope(target));
    if (found && found.kind !== 'unknown' && 'subjects' in found.value) lookUp(found.value, checks, model);
    return found;
  });
  if (scoped.kind === 'unknown') return { blocked: scoped.gaps };
  if ('refusal' in scoped.value) return scoped.value;
  return conclude({ scope: scoped.value, ...known }, checks);
}

/** Evaluating a fact that has no answer yet is what puts its questions on the plan. */
function lookUp({ subjects }: Scope, checks: readonly AnyCheck[], model: Model): void {
  for (const subject of subjects) {
    const needs = checks.filter(({ about }) => about === subject.kind).flatMap((check) => check.needs);
    for (const need of new Set([...needs, ...ALWAYS[subject.kind]])) model.fact(subject, need);
  }
}
/**
 * What the report shows of every flow, and what the walk reads of every namespace: asked at once, whoever needs it first,
 * so that no check's order of looking things up costs a round.
 */
const ALWAYS: Readonly<Record<Subject['kind'], readonly string[]>> = {
  flow: ['attempts', 'predicted'],
  node: ['netns'],
  pod: ['netns'],
  cluster: [],
  service: [],
};

function conclude(
  known: Pick<Diagnosis, 'scope' | 'model' | 'evidence' | 'rounds'>,
  checks: readonly AnyCheck[],
): Diagnosis {
  const { scope: asked, model } = known;
  const verdicts = walk(checks, asked.subjects, model.fact);
  const flows = asked.flows.map((flow) =>
    seenOf(flow, {
      attempts: model.fact(flow, 'attempts') as never,
      predicted: model.fact(flow, 'predicted') as never,
    }),
  );
  return { ...known, verdicts, flows, findings: rank(verdicts, { flows }) };
}
