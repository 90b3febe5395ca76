// Changes that reach beyond the lab to the whole machine. A process of its own puts the old value back after a minute, or at
// once when the process that made the change dies: nobody's machine stays changed because a test run was killed.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Writable } from 'node:stream';

const LIFE_SECONDS = 60;

/** Ends its guard; the value is back when this returns. */
export interface Armed {
  release(): void;
}

// The guard waits for a word on its input. An injector that dies closes the pipe, which is noticed at once; one that ends in
// good order says `keep`, and the minute runs on without it; one that has put the value back itself says `done`.
const GUARD = `trap '' HUP INT TERM
printf 'armed\\n' 1>&2
read -r -t ${LIFE_SECONDS} word
case $word in done) exit;; keep) sleep ${LIFE_SECONDS};; esac
printf '%s\\n' "$2" > "$1"`;

export async function writeArmed(path: string, value: string): Promise<Armed> {
  const old = readFileSync(path, 'utf8').trim();
  const guard = spawn('bash', ['-c', GUARD, 'guard', path, old], { detached: true, stdio: ['pipe', 'ignore', 'pipe'] });
  // The guard must stand before the value changes, or a kill between the two would leave it changed.
  await new Promise<void>((resolve, reject) => {
    guard.stderr.once('data', () => resolve());
    guard.once('error', reject);
  });
  guard.stderr.destroy();
  guard.unref();
  const keep = (): void => say(guard.stdin, 'keep\n');
  process.once('exit', keep);
  // An open pipe would keep this process alive for the guard's minute.
  (guard.stdin as Writable & { unref?: () => void }).unref?.();
  writeFileSync(path, `${value}\n`);
  return {
    release() {
      process.off('exit', keep);
      writeFileSync(path, `${old}\n`);
      say(guard.stdin, 'done\n');
    },
  };
}

function say(to: Writable, word: string): void {
  if (!to.destroyed) to.write(word);
}
