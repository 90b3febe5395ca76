// A terminal that remembers what was written to it.
import type { Terminal } from '../../src/cli/terminal.js';
import { main } from '../../src/cli/main.js';
import { tell } from '../../src/cli/tell.js';

/** Commands load their modules when called; here they are loaded before the first test's clock starts. */
export const LOADED: unknown = tell;

export interface Said {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export async function say(line: string | readonly string[], different: Partial<Terminal> = {}): Promise<Said> {
  const argv = typeof line === 'string' ? line.split(' ').filter(Boolean) : line;
  let [out, err] = ['', ''];
  const terminal: Terminal = {
    env: { LC_ALL: 'C.UTF-8' },
    name: 'kubectl netdiag',
    outIsTty: false,
    errIsTty: false,
    inIsTty: false,
    columns: undefined,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    ask: async () => 'n',
    signal: new AbortController().signal,
    ...different,
  };
  const exitCode = await main(argv, terminal);
  return { exitCode, out, err };
}
