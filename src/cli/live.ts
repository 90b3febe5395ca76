// Opens the cluster that the flags name, after asking for what needs a yes.
import type { Door } from '../evidence/door.js';
import { openDoor } from '../evidence/door.js';
import { consentNeeded } from '../target/errors.js';
import { UsageError } from '../target/usage-error.js';
import type { Call } from './commands.js';
import { overridesOf, runOptions } from './options.js';
import type { Who } from './refusal-error.js';
import { VERSION } from './version.js';

export interface Opened extends Who {
  readonly door: Door;
  readonly server: string;
  readonly namespace: string;
}

export async function openLive({ flags, terminal }: Call): Promise<Opened> {
  const options = runOptions(flags);
  if (!options.dryRun) await consent(options, terminal);
  const door = openDoor({
    flags: overridesOf(flags),
    rung: options.dryRun ? 'none' : options.rung,
    version: VERSION,
    parallel: options.parallel,
    ...(options.skipNodeList ? { skipNodeList: true } : {}),
    ...(options.commandSeconds === undefined ? {} : { commandSeconds: options.commandSeconds }),
    probe: {
      namespace: options.probeNamespace ?? 'kube-system',
      runMs: options.timeoutMs,
      ...(options.image === undefined ? {} : { image: options.image }),
    },
  });
  const { context, server, namespace, userName } = door.login;
  return { door, context, server, namespace, user: userName };
}

/** Only what creates something in the cluster wants a yes; nobody at the keyboard is a no. */
async function consent(
  { rung, yes }: Pick<ReturnType<typeof runOptions>, 'rung' | 'yes'>,
  { inIsTty, errIsTty, ask }: Call['terminal'],
): Promise<void> {
  if (yes || rung === 'none' || rung === 'exec') return;
  const where = 'the nodes of the path';
  if (!inIsTty || !errIsTty) throw consentNeeded(where);
  const what = `Create short-lived pods with host networking on ${where}?`;
  const answer = await ask(`${what} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new UsageError('not confirmed: nothing was created.', 'See it first with --dry-run=client.');
}
