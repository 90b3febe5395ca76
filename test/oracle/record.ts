// What a node told of itself and what its kernel then did to packets, as one document: to be judged now, or again later.
import type { Ask } from '../../src/evidence/evidence.js';
import type { Answered } from '../../src/facts/read/answered.js';
import { kernelLines } from './compare.js';
import { type Place, hold } from './kernel.js';
import { NODE_ID, NOTHING, worldOf } from './oracle-world.js';
import type { Sent, Situation } from './situation.js';
import { type Trail, isAmbiguous, isRepeated, recordTexts, traceOf } from './trail.js';

/** Verbatim, by the id of the question. */
export type Answers = Readonly<Record<string, { readonly tool: string; readonly text: string }>>;

export interface RecordedPacket {
  readonly sent: Sent;
  /** What came out where, and what the socket was told. */
  readonly lines: readonly string[];
  readonly trail: Trail;
}
export interface Recorded extends Pick<Situation, 'family' | 'undecided' | 'tuns' | 'listen'> {
  readonly answers: Answers;
  readonly packets: readonly RecordedPacket[];
}

export async function record(made: Situation): Promise<Recorded | { readonly rejected: string }> {
  return hold(made, async ({ place, send }): Promise<Recorded> => {
    const { ask, answers } = remembering(place);
    const netfilter = worldOf(ask, made).netns.get(NODE_ID)?.netfilter ?? NOTHING;
    const textOf = recordTexts(netfilter, place.handles());
    const observed = await send(made.packets);
    const { traces } = observed;
    const once = made.packets.filter((sent) => !isRepeated(sent, traces) && !isAmbiguous(sent, traces));
    const packets = once.map((sent) => ({
      sent,
      lines: kernelLines(sent, observed),
      trail: traceOf(sent, observed.traces, textOf),
    }));
    const { family, undecided, tuns, listen } = made;
    return { family, undecided, tuns, listen, answers: answers(), packets };
  });
}

type AskFor = (ask: Ask) => Answered | undefined;

export function remembering(place: Place): { readonly ask: AskFor; readonly answers: () => Answers } {
  const kept: Record<string, { readonly tool: string; readonly text: string }> = {};
  const ask: AskFor = (question) => {
    const answer = place.ask(question);
    if (answer) kept[question.id] = { tool: answer.tool, text: answer.text };
    return answer;
  };
  return { ask, answers: () => kept };
}

export const recalling =
  (answers: Answers): AskFor =>
  ({ id }) => {
    const kept = answers[id];
    return kept && { kind: 'answered', ...kept, exit: 0, stderr: '', elapsedMs: 0, through: 'recorded' };
  };
