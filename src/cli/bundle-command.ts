// `bundle SOURCE [DESTINATION] -f F`: collect now, diagnose elsewhere.
import { UsageError } from '../target/usage-error.js';
import type { Run } from './commands.js';
import { text } from './options.js';
import { CLUSTER_WORDS } from './question.js';
import { tell } from './tell.js';

export const run: Run = async (call) => {
  const { file } = text(call.flags, 'file');
  if (file === undefined)
    throw new UsageError('name the file to write.', 'E.g. kubectl netdiag bundle pod/web svc/api -f web-api.tar.gz');
  const cluster = call.words.length === 1 && call.words[0] === CLUSTER_WORDS[0];
  const question = cluster ? { words: CLUSTER_WORDS, flags: {} } : call;
  const exitCode = await tell(call, { question, saveTo: file });
  call.terminal.err(`Saved what was asked and answered: ${call.terminal.name} --from-bundle ${file}\n`);
  return exitCode;
};
