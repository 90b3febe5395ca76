// From verdicts to the list people read: what is only a consequence goes under its cause, and the rest in one total order.
import { createHash } from 'node:crypto';
import type { Confidence, Severity } from '../checks/check.js';
import { subjectKey } from '../target/subject.js';
import { fold } from './fold.js';
import { hopOf, placeOf, type FlowSeen } from './lies-on.js';
import { explains, failing, healthy } from './symptoms.js';
import type { FailedVerdict, Finding, Verdict } from './verdict.js';

export type { FlowSeen } from './lies-on.js';

export interface Seen {
  readonly flows: readonly FlowSeen[];
}

const SEVERITIES: readonly Severity[] = ['outage', 'degraded', 'risk'];
const CONFIDENCES: readonly Confidence[] = ['observed', 'programmed', 'declared'];

/**
 * The order: explains a flow that was seen to fail; severity; confidence; first broken hop; id; subject.
 * Effects stand under their cause, so a root comes before whatever it explains.
 */
export function rank(verdicts: readonly Verdict[], { flows }: Seen): readonly Finding[] {
  const failed = verdicts.filter((verdict): verdict is FailedVerdict => verdict.kind === 'fail');
  const weighed = failed.map((verdict) => demoted(verdict, flows)).toSorted(order(flows));
  return fold(weighed, flows)
    .map(({ verdict, effects }) => ({
      verdict: raised(verdict, effects),
      effects,
      // A cause explains what its effects explain.
      explaining: [verdict, ...effects.map((effect) => effect.verdict)].some((each) => explaining(each, flows)),
    }))
    .toSorted((a, b) => Number(b.explaining) - Number(a.explaining) || order(flows)(a.verdict, b.verdict))
    .map(({ verdict, effects }, index) => ({
      rank: index + 1,
      fingerprint: fingerprint(verdict),
      verdict,
      effects: effects.map((effect) => ({ ...effect, fingerprint: fingerprint(effect.verdict) })),
    }));
}

function order(flows: readonly FlowSeen[]): (a: FailedVerdict, b: FailedVerdict) => number {
  return (a, b) =>
    Number(explaining(b, flows)) - Number(explaining(a, flows)) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    CONFIDENCES.indexOf(a.confidence) - CONFIDENCES.indexOf(b.confidence) ||
    hopOf(a, flows) - hopOf(b, flows) ||
    byText(a.check, b.check) ||
    byText(subjectKey(a.subject), subjectKey(b.subject));
}
// Not localeCompare: the same snapshot must give the same bytes in every locale.
const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** A risk tells of the future, so it explains nothing that fails now. */
function explaining(verdict: FailedVerdict, flows: readonly FlowSeen[]): boolean {
  if (verdict.severity === 'risk') return false;
  const { flow } = placeOf(verdict, flows);
  // A Service that works now and then is explained by the backend that never does, where there is one.
  const plain = flows.some(({ observed }) => failing(observed) && observed !== 'mixed');
  return flows
    .filter(({ observed }) => !plain || observed !== 'mixed')
    .some(({ subject, observed }) => flow.has(subjectKey(subject)) && explains(verdict.check, observed));
}

/**
 * Whoever saw every try connect cannot call the way an outage: what is wrong there, or elsewhere, is a risk. What was
 * itself seen to fail on that very flow, large packets say, is half of its traffic and stays.
 */
function demoted(verdict: FailedVerdict, flows: readonly FlowSeen[]): FailedVerdict {
  const { flow } = placeOf(verdict, flows);
  const on = flows.filter(({ subject }) => flow.has(subjectKey(subject)));
  const judged = on.length > 0 ? on : flows;
  if (judged.length === 0 || !judged.every(({ observed }) => healthy(observed))) return verdict;
  const seenToFail =
    verdict.confidence === 'observed' && verdict.subject.kind === 'flow' && verdict.severity !== 'risk';
  return { ...verdict, severity: seenToFail ? 'degraded' : 'risk' };
}

/** What explains an outage is no lesser thing than an outage. */
function raised(verdict: FailedVerdict, effects: readonly { readonly verdict: FailedVerdict }[]): FailedVerdict {
  const all = [verdict, ...effects.map((effect) => effect.verdict)].map(({ severity }) => SEVERITIES.indexOf(severity));
  return { ...verdict, severity: SEVERITIES[Math.min(...all)] ?? verdict.severity };
}

const fingerprint = ({ check, subject }: FailedVerdict): string =>
  createHash('sha256')
    .update(`${check} ${subjectKey(subject)}`)
    .digest('hex')
    .slice(0, 8);
