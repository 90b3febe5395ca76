// One question to one cluster, within its time and until the user stops it; the door is closed whatever happens.
import type { Model } from '../model/know.js';
import type { Call } from './commands.js';
import { withinTime } from './examine.js';
import type { Opened } from './live.js';
import { runOptions } from './options.js';
import { createProgress } from './progress.js';
import { inRounds, type Settled } from './rounds.js';

export interface Settling extends Pick<Call, 'flags' | 'terminal'>, Pick<Opened, 'door'> {}

export async function settled<T>(
  { flags, terminal, door }: Settling,
  look: (model: Model) => T | undefined,
): Promise<Settled<T>> {
  const progress = createProgress(flags, terminal);
  const stopped = new Promise<never>((_, reject) => {
    terminal.signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
  });
  const asking = {
    door: withinTime(door, Date.now() + runOptions(flags).timeoutMs),
    onRound: (round: number, questions: number) => progress.say(`round ${round}: ${questions} questions`),
  };
  try {
    return await Promise.race([inRounds(asking, look), stopped]);
  } finally {
    await door.close();
    progress.done();
  }
}
