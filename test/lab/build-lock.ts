import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf } from './processes.js';
import { until } from './run.js';
import { say } from './say.js';
import type { Settings } from './settings.js';

/** Runs work while no other instance builds into the same cache: two builds of one program take twice as long. */
export async function whileAlone<T>(of: Settings, work: () => Promise<T>): Promise<T> {
  mkdirSync(of.cache, { recursive: true });
  const file = join(of.cache, 'building');
  const said = { waiting: false };
  await until('the end of another build', 7_200_000, async () => {
    if (taken(file)) return true;
    if (!said.waiting) say(`another lab is building (pid ${readFileSync(file, 'utf8').split(' ')[0]}): waiting for it`);
    said.waiting = true;
    return undefined;
  });
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function taken(file: string): boolean {
  const own = `${process.pid} ${startTimeOf(process.pid)}`;
  try {
    writeFileSync(file, own, { flag: 'wx' });
    return true;
  } catch {
    const [pid, started] = readFileSync(file, 'utf8').split(' ');
    // Its holder was killed before it could let go.
    if (pid !== undefined && startTimeOf(pid) !== started) rmSync(file, { force: true });
    return false;
  }
}
