// Our own program as a user starts it, in a process of its own, with what it cost.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BIN } from './flow-words.js';

const USAGE = fileURLToPath(new URL('usage.mjs', import.meta.url));

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** Largest resident set, of the client alone. */
  readonly rssMb: number;
  readonly cpuSeconds: number;
}

/** The hook tells its figures on a stream of its own, as the last thing the process does. */
export async function runClient(words: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', USAGE, BIN, ...words], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [stdout, stderr, told] = [1, 2, 3].map((fd) => collected(child.stdio[fd] as NodeJS.ReadableStream));
  const code = await new Promise<number>((ended) => child.on('close', (status) => ended(status ?? -1)));
  const seconds = (performance.now() - began) / 1000;
  const usage: { maxRSS: number; userCPUTime: number; systemCPUTime: number } = JSON.parse((await told) || '{}');
  return {
    code,
    stdout: (await stdout) ?? '',
    stderr: (await stderr) ?? '',
    seconds,
    rssMb: usage.maxRSS / 1024,
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
  };
}

async function collected(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
