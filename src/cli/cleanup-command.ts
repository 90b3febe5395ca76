// `cleanup`: lists what earlier runs left, then removes what has expired; with --yes also what may still run.
import { gapText } from '../evidence/evidence.js';
import { loadLogin } from '../evidence/kubeconfig/login.js';
import { sweep, type LeftOver, type Swept } from '../evidence/sweep.js';
import { openTransport } from '../evidence/transport.js';
import { UsageError } from '../target/usage-error.js';
import type { Call, Run } from './commands.js';
import { EXIT } from './exit.js';
import { overridesOf, text } from './options.js';
import { VERSION } from './version.js';

export const run: Run = async (call) => {
  const { flags, terminal } = call;
  const transport = openTransport(loadLogin(overridesOf(flags)), VERSION);
  const everywhere = flags['allNamespaces'] === true;
  const { namespace = 'kube-system' } = text(flags, 'namespace');
  const place = everywhere ? {} : { namespace };
  try {
    const listed = await sweep(transport, { ...place, dryRun: true, unexpired: true });
    refuse(listed);
    for (const left of listed.found) terminal.out(`${lineOf(left)}\n`);
    if (listed.found.length === 0) {
      terminal.out(`Nothing of netdiag's in ${everywhere ? 'any namespace' : `namespace ${namespace}`}.\n`);
      return EXIT.ok;
    }
    if (flags['dryRun'] === true) return EXIT.ok;
    // What has not expired may belong to a colleague's run that is going on.
    const unexpired = listed.found.some(({ expired }) => !expired) && (await confirmed(call));
    const { removed } = await sweep(transport, { ...place, dryRun: false, unexpired });
    terminal.out(`Removed ${removed.length} of ${listed.found.length}.\n`);
    const wanted = listed.found.filter(({ expired }) => expired || unexpired).length;
    return removed.length === wanted ? EXIT.ok : EXIT.inconclusive;
  } finally {
    transport.close();
  }
};

function refuse({ found, gaps }: Swept): void {
  const [gap] = gaps;
  if (gap?.kind === 'unreachable') throw new UsageError(gap.detail, undefined, 5);
  if (gap !== undefined && found.length === 0)
    throw new UsageError(`cannot look for left-overs: ${gapText(gap)}.`, undefined, 4);
}

const lineOf = ({ kind, name, namespace, expired, expiresAt }: LeftOver): string =>
  `${kind}/${name} -n ${namespace}  ${expired ? 'expired' : 'expires'} ${expiresAt || 'at no known time'}`;

async function confirmed({ flags, terminal }: Call): Promise<boolean> {
  if (flags['yes'] === true) return true;
  if (!terminal.inIsTty || !terminal.errIsTty) return false;
  return /^y(es)?$/i.test((await terminal.ask('Remove those that have not expired, too? [y/N] ')).trim());
}
