// Every question and its verbatim answer, in one file that another machine can diagnose from.
import { UsageError } from '../target/usage-error.js';
import type { Examined } from './examine.js';

export async function saveEvidence(file: string | undefined, examined: Examined, namespace: string): Promise<void> {
  if (file === undefined) return;
  throw new UsageError(`cannot write ${file}: bundles are not built yet (${examined.report.startedAt}, ${namespace}).`);
}
