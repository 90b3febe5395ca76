import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    if (!said.waiting) say(`another lab is building (pid ${holder(file).pid}): waiting for it`);
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
  try {
    writeFileSync(file, `${process.pid} ${startTimeOf(process.pid)}`, { flag: 'wx' });
    return true;
  } catch {
    const { pid, started } = holder(file);
    // Its holder was killed before it could let go.
    if (startTimeOf(pid) !== started) rmSync(file, { force: true });
    return false;
  }
}

function holder(file: string): { readonly pid: string; readonly started: string | undefined } {
  const [pid = '', started] = existsSync(file) ? readFileSync(file, 'utf8').split(' ') : [];
  return { pid, started };
}
