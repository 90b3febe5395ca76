// From a question to its printed answer, against a cluster or a recording of one.
import { CHECKS } from '../checks/index.js';
import type { Report } from '../report/report.js';
import { openBundle } from './bundled.js';
import type { Call } from './commands.js';
import { dryRun } from './dry-run.js';
import { examine } from './examine.js';
import { openLive } from './live.js';
import { chosenChecks, runOptions, text } from './options.js';
import { outputsOf, viewOf, writeOutputs, type Output } from './output.js';
import { createProgress } from './progress.js';
import { askedWords, questionFrom, targetOf, type Question } from './question.js';
import { saveEvidence } from './save-evidence.js';

export interface Telling {
  /** Absent with a bundle: then the question is the recorded one. */
  readonly question?: Question;
  readonly bundle?: string;
  readonly outputs?: readonly Output[];
  readonly saveTo?: string;
}

export async function tell(call: Call, telling: Telling): Promise<number> {
  const { flags, terminal } = call;
  // Whatever can be wrong with the command line is told before a cluster is asked anything.
  const outputs = telling.outputs ?? outputsOf(flags);
  const view = viewOf(flags, terminal, titleOf);
  const checks = chosenChecks(flags, CHECKS);
  const options = runOptions(flags);
  if (telling.question !== undefined) targetOf(telling.question, '');
  const opened = await open(call, telling);
  const target = targetOf(opened.question, opened.namespace);
  const { words } = opened.question;
  const examination = { ...opened, target, words, checks, options, signal: terminal.signal };
  if (options.dryRun) return dryRun(examination, terminal);
  const { report } = await examine({ ...examination, progress: createProgress(flags, terminal) });
  await save(opened, report, telling.saveTo ?? text(flags, 'saveEvidence').saveEvidence);
  await writeOutputs({ report, outputs, view }, terminal);
  return report.exitCode;
}

export const titleOf = (id: string): string => CHECKS.find((check) => check.id === id)?.title ?? '';

async function open(call: Call, { question, bundle }: Telling) {
  if (bundle === undefined && question !== undefined) return { ...(await openLive(call)), question };
  const bundled = openBundle(bundle ?? '');
  return { ...bundled, question: question ?? questionFrom(bundled.asked) };
}

async function save(opened: Awaited<ReturnType<typeof open>>, report: Report, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const { door, namespace, question } = opened;
  saveEvidence({ file, door, report, asked: askedWords(question), namespace });
}
