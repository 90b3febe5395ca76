// `version`: client, schema, server, and where this program lies, for `kubectl-netdiag-x` on PATH would hide it.
import { SCHEMA_VERSION } from '../report/json.js';
import { loadLogin } from '../evidence/kubeconfig/login.js';
import { openTransport } from '../evidence/transport.js';
import { gapText } from '../evidence/evidence.js';
import type { Call, Run } from './commands.js';
import { EXIT } from './exit.js';
import { choice, overridesOf } from './options.js';
import { VERSION } from './version.js';

export const run: Run = async (call) => {
  const { flags, terminal } = call;
  const format = choice(flags, 'output', ['text', 'json'] as const) ?? 'text';
  const server = flags['client'] === true ? undefined : await serverVersion(call);
  const told = {
    client: VERSION,
    schema: SCHEMA_VERSION,
    ...(server === undefined ? {} : { server }),
    ...(flags['verbose'] === true
      ? { node: process.version, platform: `${process.platform}/${process.arch}`, path: process.argv[1] ?? '' }
      : {}),
  };
  const lines = Object.entries(told).map(([name, value]) => `${name.padEnd(8)}  ${value}`);
  terminal.out(format === 'json' ? `${JSON.stringify(told, undefined, 2)}\n` : `${lines.join('\n')}\n`);
  return EXIT.ok;
};

/** A version is asked for when nothing else works: no cluster is an answer here, never a failure. */
async function serverVersion({ flags }: Call): Promise<string> {
  try {
    const transport = openTransport(loadLogin(overridesOf(flags)), VERSION);
    const got = await transport.call({ path: '/version', timeoutMs: 3000 });
    transport.close();
    if (got.kind === 'absent') return `not known: ${got.says}`;
    if (got.kind === 'refused') return `not known: ${gapText(got.gap)}`;
    const { gitVersion }: { gitVersion?: string } = JSON.parse(got.text);
    return gitVersion ?? 'not known: the answer names no version';
  } catch (error) {
    return `not known: ${error instanceof Error ? error.message : String(error)}`;
  }
}
