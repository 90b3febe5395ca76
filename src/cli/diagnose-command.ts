// `kubectl netdiag SOURCE [DESTINATION]`
import type { Run } from './commands.js';
import { EXIT } from './exit.js';
import { usageLines } from './help.js';
import { text } from './options.js';
import { tell } from './tell.js';

export const run: Run = async (call) => {
  const { words, flags, terminal } = call;
  const bundle = text(flags, 'fromBundle').fromBundle;
  if (words.length > 0) return tell(call, { question: call, ...(bundle === undefined ? {} : { bundle }) });
  if (bundle !== undefined) return tell(call, { bundle });
  terminal.err(`error: name what to diagnose, e.g. ${terminal.name} pod/web-0 svc/api\n`);
  terminal.err(`${usageLines(terminal.name).join('\n')}\n`);
  return EXIT.usage;
};
