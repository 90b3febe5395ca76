// `demo`: a cluster that was broken and recorded, through the whole engine. No cluster, no network.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../target/usage-error.js';
import type { Run } from './commands.js';
import { tell } from './tell.js';

/** Beside the bundle of programs, seen from one of its chunks; and beside this source. */
const PLACES = ['../demo.tar.gz', './demo.tar.gz'];

export const run: Run = async (call) => {
  const recording = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) =>
    existsSync(path),
  );
  if (recording === undefined) throw new UsageError('this build holds no recording.', 'Build it again: npm run build');
  return tell(call, { bundle: recording });
};
