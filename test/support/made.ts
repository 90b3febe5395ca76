// A derived fact, made from the facts it looks up and nothing else: whatever was not given is not known.
import type { Evidence } from '../../src/evidence/evidence.js';
import type { Fact, FactsAbout } from '../../src/facts/fact.js';
import { createModel, type AnySources } from '../../src/model/know.js';
import { subjectKey, type Subject, type SubjectKind } from '../../src/target/subject.js';

export interface Given {
  readonly about: Subject;
  readonly facts: Readonly<Record<string, unknown>>;
}
export const given = <K extends SubjectKind>(about: Subject<K>, facts: Partial<FactsAbout[K]>): Given => ({
  about,
  facts,
});

export function made(
  sources: Readonly<Record<string, (subject: never, know: never) => unknown>>,
  subject: Subject,
  world: readonly Given[],
): (key: string) => Fact<unknown> {
  return madeFrom(sources, subject, { world, evidence: new Map() });
}

/** And from what was answered, by `requestKey`. */
export function madeFrom(
  sources: Readonly<Record<string, (subject: never, know: never) => unknown>>,
  subject: Subject,
  { world, evidence }: { readonly world: readonly Given[]; readonly evidence: ReadonlyMap<string, Evidence> },
): (key: string) => Fact<unknown> {
  const byKey = new Map(world.map(({ about, facts }) => [subjectKey(about), facts]));
  const names = new Set(world.flatMap(({ facts }) => Object.keys(facts)));
  const stub = (name: string) => (about: Subject) => {
    const value = byKey.get(subjectKey(about))?.[name];
    return value === undefined ? { unreadable: `${name} of ${subjectKey(about)} was not given` } : value;
  };
  const rest = new Proxy(Object.fromEntries([...names].map((name) => [name, stub(name)])), {
    get: (known, name: string) => known[name] ?? stub(name),
  });
  const all = new Proxy(sources, { get: (own, name: string) => own[name] ?? rest[name] });
  const table = new Proxy({}, { get: (_, kind: string) => (kind === subject.kind ? all : rest) });
  const model = createModel(table as AnySources, evidence, true);
  return (key) => model.fact(subject, key) ?? { kind: 'unknown', gaps: [], from: [] };
}
