import { describe, expect, it } from 'vitest';
import type { AnyCheck } from '../../src/checks/check.js';
import type { Gap } from '../../src/evidence/evidence.js';
import type { Fact } from '../../src/facts/fact.js';
import { meet, walk } from '../../src/layers/walk.js';
import { CLUSTER, nodeSubject } from '../../src/target/subject.js';

const check = (judge: (facts: { x: number }) => unknown, different: Partial<AnyCheck> = {}): AnyCheck => ({
  id: 'sample',
  layer: 'L3',
  title: 'x is small',
  explain: { looksAt: 'x', matters: 'it does' },
  about: 'node',
  needs: ['x'],
  judge: judge as never,
  examples: { subject: nodeSubject('w1'), fails: {}, passes: {} },
  ...different,
});
const gap: Gap = { kind: 'timeout', afterMs: 5000, detail: 'w1' };
const known: Fact<unknown> = { kind: 'known', value: 1, from: ['e1'] };
const partial: Fact<unknown> = { kind: 'partial', value: 1, gaps: [gap], from: ['e1'] };
const meeting = { check: 'sample', layer: 'L3', subject: nodeSubject('w1'), from: ['e1'] };
const passes = { kind: 'pass', says: 'x is 1' };
const fails = { kind: 'fail', severity: 'outage', says: 'x is 1' };
const met = (judgement: unknown, fact: Fact<unknown> | undefined) =>
  meet(
    check(() => judgement),
    nodeSubject('w1'),
    () => fact,
  );

describe('a meeting of a check and a subject', () => {
  it('ends as the check judged when all is known', () => {
    expect(met(passes, known)).toEqual({ ...meeting, ...passes });
  });
  it('can convict on half the evidence', () => {
    expect(met(fails, partial)).toEqual({ ...meeting, ...fails });
  });
  it('cannot acquit on half the evidence', () => {
    expect(met(passes, partial)).toEqual({ ...meeting, kind: 'unknown', gaps: [gap] });
    expect(met({ kind: 'skip', says: 'no such thing' }, partial)).toEqual({ ...meeting, kind: 'unknown', gaps: [gap] });
  });
  it('is unknown without a fact, for the reason it is missing', () => {
    expect(met(fails, { kind: 'unknown', gaps: [gap], from: [] })).toEqual({
      ...meeting,
      from: [],
      kind: 'unknown',
      gaps: [gap],
    });
  });
  it('is unknown when nobody asked', () => {
    expect(met(fails, undefined)).toMatchObject({ kind: 'unknown', gaps: [{ kind: 'not-collected' }] });
  });
  it('tells our crash as ours', () => {
    const crashing = check(() => {
      throw new Error('boom');
    });
    expect(meet(crashing, nodeSubject('w1'), () => known)).toEqual({
      ...meeting,
      kind: 'crashed',
      error: 'Error: boom',
    });
  });
});

describe('the walk', () => {
  it('goes bottom to top, and meets subjects of the kind a check is about only', () => {
    const upper = check(() => passes, { id: 'upper', layer: 'L7', about: 'cluster' });
    const lower = check(() => passes, { id: 'lower', layer: 'L1' });
    const verdicts = walk([upper, lower], [CLUSTER, nodeSubject('w1'), nodeSubject('w2')], () => known);
    expect(verdicts.map(({ check: id, subject }) => [id, subject])).toEqual([
      ['lower', nodeSubject('w1')],
      ['lower', nodeSubject('w2')],
      ['upper', CLUSTER],
    ]);
  });
});
