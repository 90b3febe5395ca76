// Ask, know more, ask again, until nothing is left to ask.
import type { Door } from '../evidence/door.js';
import { requestKey, type Evidence } from '../evidence/evidence.js';
import { createModel, type Model } from '../model/know.js';
import { SOURCES } from '../path/sources.js';

export interface Asking {
  readonly door: Pick<Door, 'collect'>;
  readonly onRound?: (round: number, requests: number) => void;
}
export interface Settled<T> {
  readonly answer: T;
  readonly model: Model;
  readonly evidence: readonly Evidence[];
  readonly rounds: number;
}

/** A guard, not a plan: a flow to a Service takes three, one to an outside name five. */
const MOST_ROUNDS = 8;

/** `look` evaluates whatever is wanted: a fact without its answers yet is what puts its questions on the plan. */
export async function inRounds<T>(
  { door, onRound }: Asking,
  look: (model: Model) => T | undefined,
): Promise<Settled<T>> {
  const held = new Map<string, Evidence>();
  for (let round = 1; ; round += 1) {
    const model = createModel(SOURCES, held, round > MOST_ROUNDS);
    const answer = look(model);
    if (model.outstanding.size === 0 && answer !== undefined)
      return { answer, model, evidence: [...held.values()], rounds: round - 1 };
    onRound?.(round, model.outstanding.size);
    for (const evidence of await door.collect([...model.outstanding.values()]))
      held.set(requestKey(evidence.request), evidence);
  }
}
