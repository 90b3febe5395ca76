// Every check meets every subject of its kind, bottom layer first, and each meeting ends in one verdict.
import type { AnyCheck, Judgement } from '../checks/check.js';
import type { Gap } from '../evidence/evidence.js';
import type { Fact } from '../facts/fact.js';
import type { Subject } from '../target/subject.js';
import { LAYER_ORDER } from './layer.js';
import type { Verdict } from './verdict.js';

export type FactOf = (subject: Subject, key: string) => Fact<unknown> | undefined;

const NOT_COLLECTED: Fact<unknown> = {
  kind: 'unknown',
  gaps: [{ kind: 'not-collected', detail: 'was not asked' }],
  from: [],
};

export function walk(checks: readonly AnyCheck[], subjects: readonly Subject[], factOf: FactOf): readonly Verdict[] {
  return LAYER_ORDER.flatMap((layer) =>
    checks
      .filter((check) => check.layer === layer)
      .flatMap((check) =>
        subjects.filter(({ kind }) => kind === check.about).map((subject) => meet(check, subject, factOf)),
      ),
  );
}

export function meet(check: AnyCheck, subject: Subject, factOf: FactOf): Verdict {
  const needed = check.needs.map((need) => ({ need, fact: factOf(subject, need) ?? NOT_COLLECTED }));
  const from = [...new Set(needed.flatMap(({ fact }) => fact.from))];
  const meeting = { check: check.id, layer: check.layer, subject, from };
  const gaps = needed.flatMap(({ fact }) => (fact.kind === 'known' ? [] : fact.gaps));
  const known = needed.flatMap(({ need, fact }) => (fact.kind === 'unknown' ? [] : [[need, fact.value] as const]));
  if (known.length < needed.length) return { ...meeting, kind: 'unknown', gaps };
  try {
    return { ...meeting, ...concluded(check.judge(Object.fromEntries(known) as never, subject as never), gaps) };
  } catch (error) {
    // Our bug, and never reported as the cluster's.
    return { ...meeting, kind: 'crashed', error: String(error) };
  }
}

/** Half the evidence can convict, but it cannot acquit. */
function concluded(judgement: Judgement, gaps: readonly Gap[]): Judgement | { kind: 'unknown'; gaps: readonly Gap[] } {
  return judgement.kind !== 'fail' && gaps.length > 0 ? { kind: 'unknown', gaps } : judgement;
}
