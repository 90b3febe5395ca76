// Where the process meets the program: streams, signals, exit code.
import { basename } from 'node:path';
import { EXIT } from './exit.js';
import { main } from './main.js';
import type { Terminal } from './terminal.js';

// A run that dies without an answer is our error: 0 must be earned.
process.exitCode = EXIT.internal;
const stop = new AbortController();

function onSignal(signal: 'SIGINT' | 'SIGTERM'): void {
  process.once(signal, () => {
    process.stderr.write('Stopping: removing what was created (again to leave it)\n');
    stop.abort(signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated);
  });
}
onSignal('SIGINT');
onSignal('SIGTERM');

// `netdiag ... | head` closes the pipe early; that is the reader's choice, not an error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question, { signal: stop.signal });
  } finally {
    lines.close();
  }
}

const started = basename(process.argv[1] ?? '').replace(/\.(exe|cmd|mjs|js)$/, '');
const terminal: Terminal = {
  env: process.env,
  name: started.startsWith('kubectl-') || started === '' ? 'kubectl netdiag' : 'netdiag',
  outIsTty: process.stdout.isTTY === true,
  errIsTty: process.stderr.isTTY === true,
  inIsTty: process.stdin.isTTY === true,
  columns: process.stdout.columns,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  ask,
  signal: stop.signal,
};

void main(process.argv.slice(2), terminal).then((exitCode) => {
  process.exitCode = exitCode;
});
