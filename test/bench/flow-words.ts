// The flow that is diagnosed, and the recording its cluster is made of: the one that `demo` replays.
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const BIN = `${ROOT}bin/kubectl-netdiag`;
export const DEMO = `${ROOT}src/cli/demo.tar.gz`;
export const FLOW: readonly string[] = ['pod/web', 'svc/orders'];
export const NAMESPACE = 'shop';
