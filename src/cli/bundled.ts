// A saved bundle in place of a cluster.
import { UsageError } from '../target/usage-error.js';
import type { Opened } from './live.js';

export interface Bundled extends Opened {
  readonly words: readonly string[];
  readonly recorded: { readonly startedAt: string; readonly durationMs: number; readonly version: string };
}

export async function openBundle(file: string): Promise<Bundled> {
  throw new UsageError(`cannot read ${file}: bundles are not built yet.`);
}
