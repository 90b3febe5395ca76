// How sure we are of one possible course of events: chance divides it, doubt only multiplies it.

/** A question that what was read cannot answer, and the answer assumed here. */
export interface Doubt {
  readonly why: string;
  readonly assumed: boolean;
}

export interface Fork {
  /** Product of the chances taken so far. */
  readonly weight: number;
  /** Which way each roll of dice went: scenarios with different choices are different events. */
  readonly choices: string;
  readonly doubts: ReadonlyMap<string, Doubt>;
}

export const CERTAIN: Fork = { weight: 1, choices: '', doubts: new Map() };
/** More open questions than this are not followed: the answer is unknown anyhow. */
export const MAX_DOUBTFUL = 64;

export const chanced = (fork: Fork, chance: number, choice: string): Fork => ({
  ...fork,
  weight: fork.weight * chance,
  choices: `${fork.choices};${choice}`,
});

/** The same question asked twice has one answer, so a later fork on it is none. */
export const assumedOf = (fork: Fork, question: string): boolean | undefined => fork.doubts.get(question)?.assumed;

export function doubted(fork: Fork, question: string, doubt: Doubt): Fork {
  return { ...fork, doubts: new Map([...fork.doubts, [question, doubt]]) };
}

/** Share of all possible answers to open questions that these forks stand for: 1 when none is left out. */
export const coverage = (forks: readonly Fork[]): number =>
  forks.reduce((sum, { doubts }) => sum + 2 ** -doubts.size, 0);

/** Joins items whose state is equal and whose forks differ in the answer to one question only. */
export function join<T extends { readonly fork: Fork }>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  if (!items.some(({ fork }) => fork.doubts.size > 0)) return items;
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = `${item.fork.choices}|${keyOf(item)}`;
    groups.set(key, insert(groups.get(key) ?? [], item));
  }
  return [...groups.values()].flat();
}

function insert<T extends { readonly fork: Fork }>(group: readonly T[], item: T): T[] {
  for (const [at, other] of group.entries()) {
    const question = differingQuestion(other.fork, item.fork);
    if (question === undefined) continue;
    const doubts = new Map(item.fork.doubts);
    doubts.delete(question);
    return insert(group.toSpliced(at, 1), { ...other, fork: { ...other.fork, doubts } });
  }
  return [...group, item];
}

function differingQuestion(left: Fork, right: Fork): string | undefined {
  if (left.doubts.size !== right.doubts.size) return undefined;
  let found: string | undefined;
  for (const [question, { assumed }] of left.doubts) {
    const other = right.doubts.get(question);
    if (!other) return undefined;
    if (other.assumed === assumed) continue;
    if (found !== undefined) return undefined;
    found = question;
  }
  return found;
}
