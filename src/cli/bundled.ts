// A saved bundle in place of a cluster: the words it was asked with, and the clock it ran by.
import { existsSync } from 'node:fs';
import { loadBundle } from '../evidence/bundle.js';
import { replayDoor } from '../evidence/replay.js';
import { UsageError } from '../target/usage-error.js';
import type { Opened } from './live.js';

export interface Bundled extends Opened {
  /** As typed: targets, then the flags that are part of the question. */
  readonly asked: readonly string[];
  readonly recorded: { readonly startedAt: string; readonly durationMs: number; readonly version: string };
}

export function openBundle(file: string): Bundled {
  if (!existsSync(file))
    throw new UsageError(`${file} does not exist.`, 'Collect one: kubectl netdiag bundle SOURCE DEST -f F.tar.gz');
  const bundle = loadBundle(file);
  const { manifest } = bundle;
  return {
    door: replayDoor(bundle),
    context: manifest.context,
    server: manifest.server ?? '',
    namespace: manifest.namespace,
    user: '',
    asked: manifest.arguments,
    recorded: { startedAt: manifest.startedAt, durationMs: manifest.durationMs, version: manifest.tool },
  };
}
