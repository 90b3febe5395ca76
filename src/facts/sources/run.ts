import type { Ask, Request, Where } from '../../evidence/evidence.js';
import { readAnswer, type Know, type Source, type Unreadable } from '../fact.js';
import type { Answered } from '../read/answered.js';
import type { Subject } from '../../target/subject.js';

/** An ask and the reader of its answers: how one fact about a network namespace comes to be. */
export interface Reading<T> {
  readonly ask: Ask;
  readonly read: (answer: Answered) => T | Unreadable;
}
export const reading = <T>(ask: Ask, read: Reading<T>['read']): Reading<T> => ({ ask, read });

export const runRequest = (where: Where, ask: Ask): Request => ({ via: 'run', where, ask });

export function runAt<T>(know: Know, where: Where, { ask, read }: Reading<T>): T {
  return readAnswer(know.ask([runRequest(where, ask)])[0], read);
}

/** The same source for nodes and pods: both know where their commands run. */
export const ranAt =
  <K extends 'node' | 'pod', T>(one: Reading<T>): Source<K, T> =>
  (subject, know) =>
    runAt(know, know.get(subject as Subject<'node' | 'pod'>, 'where') as Where, one);
