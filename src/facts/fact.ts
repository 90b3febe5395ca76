// A parsed statement, whole or in part, or the reason there is none; always with the evidence it rests on.
import type { Answer, Gap, Request } from '../evidence/evidence.js';
import type { Subject, SubjectKind } from '../target/subject.js';

export type Fact<T> =
  | { readonly kind: 'known'; readonly value: T; readonly from: readonly string[] }
  | { readonly kind: 'partial'; readonly value: T; readonly gaps: readonly Gap[]; readonly from: readonly string[] }
  | { readonly kind: 'unknown'; readonly gaps: readonly Gap[]; readonly from: readonly string[] };

/** The tool answered, but not in a form we can vouch for. Quotes the offending text. */
export interface Unreadable {
  readonly unreadable: string;
}
export const unreadable = (why: string): Unreadable => ({ unreadable: why });
export const isUnreadable = (value: unknown): value is Unreadable =>
  typeof value === 'object' && value !== null && 'unreadable' in value && Object.keys(value).length === 1;

/** Everything that can be known, by the kind of thing it is known about. Each floor adds its own keys. */
export interface FactsAbout {
  cluster: ClusterFacts;
  node: NodeFacts;
  pod: PodFacts;
  service: ServiceFacts;
  flow: FlowFacts;
}
/* Filled by declaration merging from facts/, model/ and path/, so that a floor types only what it makes. */
export interface ClusterFacts {}
export interface NodeFacts {}
export interface PodFacts {}
export interface ServiceFacts {}
export interface FlowFacts {}

export type FactKey<K extends SubjectKind> = keyof FactsAbout[K] & string;
export type FactValue<K extends SubjectKind, F extends FactKey<K>> = FactsAbout[K][F];

/** What a source may look up while it works. Each look-up becomes part of the new fact's evidence. */
export interface Know {
  /** The value, or this source's own fact becomes unknown for the same reason. A partial value makes ours partial. */
  get<S extends Subject, F extends FactKey<S['kind']>>(subject: S, key: F): FactValue<S['kind'], F>;
  /** The fact itself; its gaps make ours partial, never unknown. */
  try<S extends Subject, F extends FactKey<S['kind']>>(subject: S, key: F): Fact<FactValue<S['kind'], F>>;
  /** The fact itself, for a source that says on its own what its absence means. */
  peek<S extends Subject, F extends FactKey<S['kind']>>(subject: S, key: F): Fact<FactValue<S['kind'], F>>;
  /** Begin to look these up, so that what they need is asked in this round already. Never waits. */
  ahead(wanted: readonly Wanted[]): void;
  /** Put questions whose answers are wanted further down, so that they go out in this round. Never waits. */
  begin(requests: readonly Request[]): void;
  /** Put a question. In this round if it is new; its answer is there in the next. */
  ask(requests: readonly Request[]): readonly Answer[];
}
export type Wanted = { readonly [K in SubjectKind]: readonly [Subject<K>, FactKey<K>] }[SubjectKind];

/** Thrown by a source that has no answer; the evaluator turns it into an unknown fact. */
export class Unanswerable extends Error {
  constructor(readonly gaps: readonly Gap[]) {
    super('unanswerable');
  }
}

export type Answered = Extract<Answer, { kind: 'answered' }>;
/** The read value, or this source ends here with the reason. */
export function readAnswer<T>(answer: Answer | undefined, read: (answered: Answered) => T | Unreadable): T {
  if (!answer || answer.kind === 'absent') throw new Unanswerable([{ kind: 'unreadable', detail: 'no such object' }]);
  if (answer.kind === 'refused') throw new Unanswerable([answer.gap]);
  const value = readOnce(answer, read);
  if (isUnreadable(value)) throw new Unanswerable([{ kind: 'unreadable', detail: value.unreadable }]);
  return value;
}

/** By answer, then by reader. */
const readings = new WeakMap<object, Map<unknown, unknown>>();

/** Sources are run again each round; what an answer says stays the same, so that each reader reads it once. */
export function readOnce<A extends object, T>(answer: A, read: (answer: A) => T): T {
  const held = readings.get(answer) ?? new Map<unknown, unknown>();
  if (!held.has(read)) held.set(read, read(answer));
  readings.set(answer, held);
  return held.get(read) as T;
}

/** How one fact comes to be. Pure: called again each round until nothing it asked for is outstanding. */
export type Source<K extends SubjectKind, T> = (subject: Subject<K>, know: Know) => T | Unreadable;

/** `-?` leaves no fact without a source. */
export type SourcesOf<K extends SubjectKind> = { readonly [F in FactKey<K>]-?: Source<K, FactsAbout[K][F]> };
export type Sources = { readonly [K in SubjectKind]: SourcesOf<K> };
