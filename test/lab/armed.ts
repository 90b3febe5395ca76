// Changes that reach beyond the lab to the whole machine. A process of its own puts the old value back after a minute, or at
// once when the process that made the change dies: nobody's machine stays changed because a test run was killed.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Writable } from 'node:stream';

const LIFE_SECONDS = 60;

// The guard waits for a word on its input. An injector that dies closes the pipe, which is noticed at once; one that ends in
// good order says `keep`, and the minute runs on without it; one that has put the value back itself says `done`.
const GUARD = `trap '' HUP INT TERM
printf 'armed\\n' 1>&2
read -r -t ${LIFE_SECONDS} word
case $word in done) exit;; keep) sleep ${LIFE_SECONDS};; esac
printf '%s\\n' "$2" > "$1"`;

const standing = new Map<string, Writable>();
let listening = false;

/** Writes a machine-wide value and returns the old one; the guard stands before the value changes. */
export async function writeArmed(path: string, value: string): Promise<string> {
  const old = readFileSync(path, 'utf8').trim();
  const guard = spawn('bash', ['-c', GUARD, 'guard', path, old], { detached: true, stdio: ['pipe', 'ignore', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    guard.stderr.once('data', () => resolve());
    guard.once('error', reject);
  });
  guard.stderr.destroy();
  guard.unref();
  // An open pipe would keep this process alive for the guard's minute.
  (guard.stdin as Writable & { unref?: () => void }).unref?.();
  guard.stdin.on('error', () => standing.delete(path));
  standing.set(path, guard.stdin);
  if (!listening) process.once('exit', () => standing.forEach((to) => to.write('keep\n')));
  listening = true;
  writeFileSync(path, `${value}\n`);
  return old;
}

/** Puts the value back. A guard of this process has nothing left to do; another's will write the same once more. */
export function restoreArmed(path: string, old: string): void {
  writeFileSync(path, `${old}\n`);
  standing.get(path)?.write('done\n');
  standing.delete(path);
}
