// A check's table of edge cases: a name a reader can disagree with, the facts, and the exact sentence a user will see.
import { describe, expect, test } from 'vitest';
import type { Check, Severity } from '../../src/checks/check.js';
import type { FactKey, FactsAbout } from '../../src/facts/fact.js';
import type { Subject, SubjectKind } from '../../src/target/subject.js';

type FactsOf<K extends SubjectKind, N extends FactKey<K>> = Readonly<Pick<FactsAbout[K], N>>;

export interface Cases<F, S> {
  readonly passes?: Readonly<Record<string, readonly [facts: F, says: string, subject?: S]>>;
  readonly fails?: Readonly<Record<string, readonly [facts: F, severity: Severity, says: string, subject?: S]>>;
  readonly skips?: Readonly<Record<string, readonly [facts: F, says: string, subject?: S]>>;
}

export function testCheck<K extends SubjectKind, N extends FactKey<K>>(
  check: Check<K, N>,
  { passes = {}, fails = {}, skips = {} }: Cases<FactsOf<K, N>, Subject<K>>,
): void {
  const judge = (facts: FactsOf<K, N>, subject: Subject<K> | undefined) =>
    check.judge(facts, subject ?? check.examples.subject);
  describe(check.id, () => {
    test.each(Object.entries(passes))('passes: %s', (_, [facts, says, subject]) => {
      expect(judge(facts, subject)).toEqual({ kind: 'pass', says });
    });
    test.each(Object.entries(skips))('skips: %s', (_, [facts, says, subject]) => {
      expect(judge(facts, subject)).toEqual({ kind: 'skip', says });
    });
    test.each(Object.entries(fails))('fails: %s', (_, [facts, severity, says, subject]) => {
      expect(judge(facts, subject)).toMatchObject({ kind: 'fail', severity, says });
    });
  });
}
