// `path SOURCE DESTINATION`: the walk of the packet, step by step.
import type { Run } from './commands.js';
import { text } from './options.js';
import { outputsOf } from './output.js';
import { tell } from './tell.js';

export const run: Run = (call) => {
  const bundle = text(call.flags, 'fromBundle').fromBundle;
  const outputs = outputsOf(call.flags).map((output) =>
    output.format === 'text' ? { ...output, format: 'path' } : output,
  );
  return tell(call, { question: call, outputs, ...(bundle === undefined ? {} : { bundle }) });
};
