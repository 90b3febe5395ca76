// `kubectl netdiag cluster`: nodes, CNI, kube-proxy and DNS, without a flow.
import type { Run } from './commands.js';
import { diagnoseAndTell } from './diagnose-command.js';

export const run: Run = (call) => diagnoseAndTell(call, () => ({}));
