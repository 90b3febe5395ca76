// `kubectl netdiag path SOURCE DESTINATION`: the walk of the packet, step by step.
import type { Run } from './commands.js';
import { diagnoseAndTell, targetOf } from './diagnose-command.js';
import { outputsOf } from './output.js';

export const run: Run = (call) => {
  const outputs = outputsOf(call.flags).map((output) =>
    output.format === 'text' ? { ...output, format: 'path' } : output,
  );
  return diagnoseAndTell(call, (namespace) => targetOf(call, namespace), outputs);
};
