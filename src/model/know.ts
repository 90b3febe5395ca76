// What is known so far, and what must be asked to know more. Sources are pure and are simply run again each round:
// the questions they put that have no answer yet are the next round's plan.
import type { Evidence, Gap, Request } from '../evidence/evidence.js';
import { requestKey } from '../evidence/evidence.js';
import { isUnreadable, Unanswerable, type Fact, type Know, type Wanted } from '../facts/fact.js';
import { subjectKey, type Subject } from '../target/subject.js';

/** Not an error: a question is outstanding, and whoever needed it waits for the next round. */
class Outstanding extends Error {}

type AnySource = (subject: never, know: Know) => unknown;
export type AnySources = Readonly<Record<Subject['kind'], Readonly<Record<string, AnySource>>>>;

export interface Model {
  /** Absent while something it needs has not been asked yet. */
  fact(subject: Subject, key: string): Fact<unknown> | undefined;
  /** The same for a source that belongs to no subject. */
  evaluate<T>(source: (know: Know) => T): Fact<T> | undefined;
  /** Questions that evaluation has run into and that have no answer yet. */
  readonly outstanding: ReadonlyMap<string, Request>;
}

/** `closed`: no further round will come, so an unasked question is a gap. */
export function createModel(sources: AnySources, evidence: ReadonlyMap<string, Evidence>, closed: boolean): Model {
  const memo = new Map<string, Fact<unknown> | 'outstanding' | 'working'>();
  const outstanding = new Map<string, Request>();
  const put = (requests: readonly Request[]): readonly Evidence[] =>
    requests.flatMap((request) => {
      const held = evidence.get(requestKey(request));
      if (held) return [held];
      if (closed) return [neverAsked(request)];
      outstanding.set(requestKey(request), request);
      return [];
    });
  const fact = (subject: Subject, key: string): Fact<unknown> | undefined => {
    const id = `${subjectKey(subject)}#${key}`;
    const held = memo.get(id);
    if (held === 'working') throw new Error(`fact ${id} needs itself`);
    if (held !== undefined) return held === 'outstanding' ? undefined : held;
    const source = sources[subject.kind][key];
    if (!source) throw new Error(`no source for ${subject.kind} fact "${key}"`);
    memo.set(id, 'working');
    const made = run((know) => source(subject as never, know), fact, put);
    memo.set(id, made ?? 'outstanding');
    return made;
  };
  const evaluate = <T>(source: (know: Know) => T) => run(source, fact, put) as Fact<T> | undefined;
  return { fact, evaluate, outstanding };
}

const neverAsked = (request: Request): Evidence => ({
  id: '',
  request,
  at: '',
  answer: { kind: 'refused', gap: { kind: 'not-collected', detail: `was not asked: ${requestKey(request)}` } },
});

function run(
  source: (know: Know) => unknown,
  fact: Model['fact'],
  put: (requests: readonly Request[]) => readonly Evidence[],
): Fact<unknown> | undefined {
  const from = new Set<string>();
  const gaps: Gap[] = [];
  const cited = () => [...from].filter(Boolean);
  try {
    const value = source(knowing({ from, gaps, fact, put }));
    if (isUnreadable(value))
      return { kind: 'unknown', gaps: [{ kind: 'unreadable', detail: value.unreadable }], from: cited() };
    return gaps.length > 0 ? { kind: 'partial', value, gaps, from: cited() } : { kind: 'known', value, from: cited() };
  } catch (error) {
    if (error instanceof Outstanding) return undefined;
    if (error instanceof Unanswerable) return { kind: 'unknown', gaps: error.gaps, from: cited() };
    // Our reader fell over: say so as ours, and let nothing be concluded from it.
    return {
      kind: 'unknown',
      gaps: [{ kind: 'crashed', detail: `netdiag failed on this: ${String(error)}` }],
      from: cited(),
    };
  }
}

interface Working {
  readonly from: Set<string>;
  readonly gaps: Gap[];
  readonly fact: Model['fact'];
  readonly put: (requests: readonly Request[]) => readonly Evidence[];
}

function knowing({ from, gaps, fact, put }: Working): Know {
  const look = (subject: Subject, key: string): Fact<unknown> => {
    const found = fact(subject, key);
    if (!found) throw new Outstanding();
    found.from.forEach((id) => from.add(id));
    return found;
  };
  return {
    get(subject: Subject, key: string) {
      const found = look(subject, key);
      if (found.kind === 'unknown') throw new Unanswerable(found.gaps);
      if (found.kind === 'partial') gaps.push(...found.gaps);
      return found.value as never;
    },
    try(subject: Subject, key: string) {
      const found = look(subject, key);
      if (found.kind !== 'known') gaps.push(...found.gaps);
      return found as never;
    },
    peek(subject: Subject, key: string) {
      return look(subject, key) as never;
    },
    ahead(wanted: readonly Wanted[]) {
      wanted.forEach(([subject, key]) => fact(subject, key));
    },
    begin(requests) {
      put(requests);
    },
    ask(requests) {
      const answers = put(requests);
      if (answers.length < requests.length) throw new Outstanding();
      answers.forEach(({ id }) => from.add(id));
      return answers.map(({ answer }) => answer);
    },
  };
}
