// The lab's long-running programs. Each writes its own pid and start time before it becomes the program, so there is no
// moment at which one runs unrecorded; and a pid alone is never trusted, since the kernel hands pids out again.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, closeSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { kill, until } from './run.js';

export interface Recorded {
  readonly name: string;
  readonly pid: number;
  readonly startTime: string;
}

// Field 22 of /proc/PID/stat (proc(5)) is the start time in clock ticks; the name in field 2 may hold spaces and brackets.
// Without a record there is no program: when `down` has removed the folder meanwhile, the write fails and nothing starts.
const record = 'echo "$$ $(sed "s/.*) //" /proc/$$/stat | cut -d" " -f20)" > "$0" && exec "$@"';

export function start(dir: string, name: string, argv: readonly string[]): void {
  for (const folder of ['procs', 'log']) mkdirSync(join(dir, folder), { recursive: true });
  const log = openSync(join(dir, 'log', `${name}.log`), 'a');
  const child = spawn('sh', ['-c', record, join(dir, 'procs', name), ...argv], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
  });
  child.unref();
  closeSync(log);
}

export function recorded(dir: string): readonly Recorded[] {
  const folder = join(dir, 'procs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => readRecord(dir, name) ?? []);
}

export function readRecord(dir: string, name: string): Recorded | undefined {
  const file = join(dir, 'procs', name);
  const [pid, startTime] = existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ') : [];
  return pid === undefined || startTime === undefined ? undefined : { name, pid: Number(pid), startTime };
}

export function isRunning(of: Recorded): boolean {
  return startTimeOf(of.pid) === of.startTime;
}

export function startTimeOf(pid: number | string): string | undefined {
  const fields = stat(pid);
  // A zombie has ended; only its parent has not looked yet.
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
}

/** Ends programs and their process groups, and waits until all are gone. */
export async function end(dir: string, these: readonly Recorded[]): Promise<void> {
  const ours = these.filter((one) => [undefined, one.startTime].includes(stat(one.pid)?.[19]));
  for (const { pid } of ours) {
    // Where the process is gone, whatever still carries its number as a group is its own child.
    if (stat(pid) !== undefined) kill(pid);
    kill(-pid);
  }
  const numbers = new Set(ours.map(({ pid }) => String(pid)));
  const names = these.map(({ name }) => name).join(', ');
  await until(`the end of ${names}`, 20_000, async () => (alive(numbers).length === 0 ? true : undefined));
  for (const { name } of these) rmSync(join(dir, 'procs', name), { force: true });
}

export function childrenOf(pid: number): readonly number[] {
  return pids().filter((candidate) => stat(candidate)?.[1] === String(pid));
}

// A number that the kernel has handed out again meanwhile cannot be here: it was in use until this moment.
function alive(numbers: ReadonlySet<string>): readonly number[] {
  return pids().filter((candidate) => {
    const fields = stat(candidate);
    return (
      fields !== undefined && fields[0] !== 'Z' && (numbers.has(String(candidate)) || numbers.has(fields[2] ?? ''))
    );
  });
}

function pids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

// The fields after the name: [0] state, [1] parent, [2] group, ... [19] start time.
function stat(pid: number | string): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text
      .slice(text.lastIndexOf(')') + 2)
      .trim()
      .split(' ');
  } catch {
    return undefined;
  }
}
