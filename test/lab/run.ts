import { spawn } from 'node:child_process';
import { LabError } from './settings.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly timeoutMs?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/**
 * Runs a program to its end. It and its group are killed at the timeout (code 124, as timeout(1) gives), and the program
 * dies with us: a lab killed with -9 must not leave an `ip` or `ctr` behind that goes on building while `down` clears.
 */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...argv], {
      detached: true,
      stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const out = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
    let late = false;
    const timeoutMs = options.timeoutMs ?? 60_000;
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) kill(-child.pid);
    }, timeoutMs);
    const done = (code: number, word = ''): void => {
      clearTimeout(timer);
      resolve({ code, stdout: out.stdout, stderr: out.stderr + word });
    };
    child.on('error', (error) => done(127, `${argv[0]}: ${error.message}`));
    child.on('close', (code) => (late ? done(124, `\nno answer in ${timeoutMs} ms`) : done(code ?? 137)));
    child.stdin?.on('error', () => undefined).end(options.stdin);
  });
}

/** The standard output of a program that has to succeed. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const ran = await run(argv, options);
  if (ran.code === 0) return ran.stdout;
  const words = (ran.stderr.trim() || ran.stdout.trim()).split('\n').slice(-4).join('; ');
  throw new LabError(`${argv.join(' ').slice(0, 200)}: exit ${ran.code}: ${words}`);
}

/** Asks again every 200 ms until the answer is something; a wait that fails says what it waited for. */
export async function until<T>(what: string, timeoutMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new LabError(`${what}: not within ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Kills a process, or a group when the number is negative. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ESRCH: it ended by itself between our looking and our asking.
  }
}
