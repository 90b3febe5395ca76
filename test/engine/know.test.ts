import { describe, expect, it } from 'vitest';
import type { Answer, Evidence, Request } from '../../src/evidence/evidence.js';
import { requestKey } from '../../src/evidence/evidence.js';
import { Unanswerable, unreadable, type Know } from '../../src/facts/fact.js';
import { createModel, type AnySources } from '../../src/model/know.js';
import { CLUSTER, nodeSubject } from '../../src/target/subject.js';

const get = (path: string): Request => ({ via: 'api', path, shape: 'object' });
const said = (text: string): Answer => ({
  kind: 'answered',
  tool: 'api',
  text,
  exit: 0,
  stderr: '',
  elapsedMs: 1,
  through: '',
});
const refused: Answer = { kind: 'refused', gap: { kind: 'forbidden', permission: 'get nodes', detail: 'no' } };

function evidence(answers: Readonly<Record<string, Answer>>): ReadonlyMap<string, Evidence> {
  return new Map(
    Object.entries(answers).map(([path, answer], at) => [
      requestKey(get(path)),
      { id: `e${at + 1}`, request: get(path), at: '', answer },
    ]),
  );
}

const textOf = (answer: Answer | undefined): string => {
  if (answer?.kind === 'refused') throw new Unanswerable([answer.gap]);
  return answer?.kind === 'answered' ? answer.text : '';
};
const loose = (know: Know) =>
  know as never as { get(s: unknown, k: string): string; try(s: unknown, k: string): unknown };

const sources: AnySources = {
  cluster: {
    name: (_: never, know) => textOf(know.ask([get('/name')])[0]),
    greeting: (_: never, know) => `hello ${loose(know).get(CLUSTER, 'name')}`,
    hopeful: (_: never, know) => (loose(know).try(CLUSTER, 'name'), 'half'),
    both: (_: never, know) => {
      know.ahead([[CLUSTER, 'name'] as never, [CLUSTER, 'other'] as never]);
      return loose(know).get(CLUSTER, 'name') + loose(know).get(CLUSTER, 'other');
    },
    other: (_: never, know) => textOf(know.ask([get('/other')])[0]),
    garbled: () => unreadable('not a number: "x"'),
    broken: () => JSON.parse('{'),
    circular: (_: never, know) => loose(know).get(CLUSTER, 'circular'),
  },
  node: { name: ({ name }: never) => name },
  pod: {},
  service: {},
  flow: {},
};
const model = (answers: Readonly<Record<string, Answer>> = {}, closed = false) =>
  createModel(sources, evidence(answers), closed);

describe('a fact', () => {
  it('is made from answers and cites them', () => {
    expect(model({ '/name': said('lab') }).fact(CLUSTER, 'greeting')).toEqual({
      kind: 'known',
      value: 'hello lab',
      from: ['e1'],
    });
  });
  it('is not there yet while a question is outstanding, and the question is on the plan once', () => {
    const open = model();
    expect(open.fact(CLUSTER, 'greeting')).toBeUndefined();
    expect(open.fact(CLUSTER, 'name')).toBeUndefined();
    expect([...open.outstanding.keys()]).toEqual(['api /name']);
  });
  it('is unknown for the reason its answer was refused, through every fact built on it', () => {
    const gaps = [{ kind: 'forbidden', permission: 'get nodes', detail: 'no' }];
    expect(model({ '/name': refused }).fact(CLUSTER, 'greeting')).toEqual({ kind: 'unknown', gaps, from: ['e1'] });
  });
  it('is partial when it can do without what is missing', () => {
    const gaps = [{ kind: 'forbidden', permission: 'get nodes', detail: 'no' }];
    expect(model({ '/name': refused }).fact(CLUSTER, 'hopeful')).toEqual({
      kind: 'partial',
      value: 'half',
      gaps,
      from: ['e1'],
    });
  });
  it('puts what it looks ahead to into one round', () => {
    const open = model();
    open.fact(CLUSTER, 'both');
    expect([...open.outstanding.keys()]).toEqual(['api /name', 'api /other']);
  });
  it('quotes what could not be read', () => {
    expect(model().fact(CLUSTER, 'garbled')).toEqual({
      kind: 'unknown',
      gaps: [{ kind: 'unreadable', detail: 'not a number: "x"' }],
      from: [],
    });
  });
  it('is unknown by our own fault when its reader falls over', () => {
    expect(model().fact(CLUSTER, 'broken')).toMatchObject({ kind: 'unknown', gaps: [{ kind: 'crashed' }] });
  });
  it('that needs itself is our own fault too', () => {
    expect(model().fact(CLUSTER, 'circular')).toMatchObject({ kind: 'unknown', gaps: [{ kind: 'crashed' }] });
  });
  it('of a closed model is unknown where nobody asked', () => {
    const closed = model({}, true);
    expect(closed.fact(CLUSTER, 'name')).toEqual({
      kind: 'unknown',
      gaps: [{ kind: 'not-collected', detail: 'was not asked: api /name' }],
      from: [],
    });
    expect(closed.outstanding.size).toBe(0);
  });
  it('belongs to its subject', () => {
    expect(model().fact(nodeSubject('w1'), 'name')).toMatchObject({ value: 'w1' });
    expect(model().fact(nodeSubject('w2'), 'name')).toMatchObject({ value: 'w2' });
  });
});
