import { CAUSES } from '../../src/layers/causes.js';

/** What the table of causes says follows from it, near and far. */
export function effectsOf(cause: string, seen: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const next = CAUSES.filter((line) => line.cause === cause && !seen.has(line.effect)).map(({ effect }) => effect);
  return next.reduce((all, effect) => new Set([...all, ...effectsOf(effect, all)]), new Set([...seen, ...next]));
}
