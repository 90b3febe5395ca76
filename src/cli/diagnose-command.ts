// `kubectl netdiag SOURCE [DESTINATION]`
import { CHECKS } from '../checks/index.js';
import { closest } from '../target/did-you-mean.js';
import { unknownCommand } from '../target/errors.js';
import { parseTarget } from '../target/parse.js';
import type { Target } from '../target/target.js';
import { COMMAND_NAMES, type Call, type Run } from './commands.js';
import { openBundle } from './bundled.js';
import { dryRun } from './dry-run.js';
import { EXIT } from './exit.js';
import { usageLines } from './help.js';
import { examine } from './examine.js';
import { openLive } from './live.js';
import { chosenChecks, protocolOf, runOptions, text } from './options.js';
import { outputsOf, viewOf, writeOutputs, type Output } from './output.js';
import { createProgress } from './progress.js';
import { saveEvidence } from './save-evidence.js';

export const run: Run = async (call) => {
  const { words, flags, terminal } = call;
  if (words.length === 0 && flags['fromBundle'] === undefined) {
    terminal.err(`error: name what to diagnose, e.g. ${terminal.name} pod/web-0 svc/api\n`);
    terminal.err(`${usageLines(terminal.name).join('\n')}\n`);
    return EXIT.usage;
  }
  return diagnoseAndTell(call, (namespace) => targetOf(call, namespace));
};

/** `targetFrom` is called once with no namespace, so that a slip is told before a cluster is asked. */
export async function diagnoseAndTell(
  call: Call,
  targetFrom: (namespace: string) => Target,
  fixed?: readonly Output[],
): Promise<number> {
  const { flags, terminal } = call;
  const outputs = fixed ?? outputsOf(flags);
  const view = viewOf(flags, terminal, titleOf);
  const bundle = text(flags, 'fromBundle').fromBundle;
  if (bundle === undefined) targetFrom('');
  const checks = chosenChecks(flags, CHECKS);
  const options = runOptions(flags);
  const opened = bundle === undefined ? { ...(await openLive(call)), words: call.words } : await openBundle(bundle);
  const words = call.words.length === 0 ? opened.words : call.words;
  const target = bundle === undefined ? targetFrom(opened.namespace) : targetOf({ ...call, words }, opened.namespace);
  const examination = { ...opened, target, words, checks, options, signal: terminal.signal };
  if (options.dryRun) return dryRun(examination, terminal);
  const examined = await examine({ ...examination, progress: createProgress(flags, terminal) });
  await saveEvidence(text(flags, 'saveEvidence').saveEvidence, examined, opened.namespace);
  await writeOutputs({ report: examined.report, outputs, view }, terminal);
  return examined.report.exitCode;
}

export const titleOf = (id: string): string => CHECKS.find((check) => check.id === id)?.title ?? '';

export function targetOf({ words, flags }: Pick<Call, 'words' | 'flags'>, namespace: string): Target {
  const [first] = words;
  const near =
    words.length === 1 && first !== undefined && /^[a-z-]+$/.test(first) ? closest(first, COMMAND_NAMES, 1) : [];
  if (first !== undefined && near[0] !== undefined) throw unknownCommand(first, near[0]);
  return parseTarget({ words, namespace, ...text(flags, 'port'), ...text(flags, 'toNamespace'), ...protocolOf(flags) });
}
