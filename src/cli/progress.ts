// One line on stderr while people wait; nothing where nobody watches.
import type { FlagValues } from './commands.js';
import { choice } from './options.js';
import type { Terminal } from './terminal.js';

export interface Progress {
  readonly say: (text: string) => void;
  /** Takes the line away, so that the report stands alone. */
  readonly done: () => void;
}

const CLEAR = '\r\u001b[2K';

export function createProgress(flags: FlagValues, { err, errIsTty, env, columns = 80 }: Terminal): Progress {
  const wanted = choice(flags, 'progress', ['auto', 'never'] as const) ?? 'auto';
  if (wanted === 'never' || flags['quiet'] === true || !errIsTty || env['TERM'] === 'dumb') {
    return { say: () => undefined, done: () => undefined };
  }
  return {
    // A line that wraps cannot be taken away again.
    say: (text) => err(`${CLEAR}${text.slice(0, columns - 1)}`),
    done: () => err(CLEAR),
  };
}
