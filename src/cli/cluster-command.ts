// `cluster`: nodes, CNI, kube-proxy and DNS, without a flow.
import type { Run } from './commands.js';
import { text } from './options.js';
import { CLUSTER_WORDS } from './question.js';
import { tell } from './tell.js';

export const run: Run = (call) => {
  const bundle = text(call.flags, 'fromBundle').fromBundle;
  return tell(call, { question: { words: CLUSTER_WORDS, flags: {} }, ...(bundle === undefined ? {} : { bundle }) });
};
