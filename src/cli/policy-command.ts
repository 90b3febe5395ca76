// `policy SOURCE DESTINATION`: what policies say of a flow, why, and whether it holds. --matrix: of every pair in a namespace.
import { policyReport, type Expected, type PolicyReport } from '../report/policy-report.js';
import { renderPolicy } from '../report/policy-text.js';
import type { Model } from '../model/know.js';
import { scope, type Scope } from '../model/scope.js';
import { UsageError } from '../target/usage-error.js';
import { openBundle } from './bundled.js';
import type { Call, Run } from './commands.js';
import { openLive, type Opened } from './live.js';
import { choice, text } from './options.js';
import { viewOf } from './output.js';
import { evidenceSaver } from './policy-evidence.js';
import { matrix } from './policy-matrix.js';
import { askedWords, questionFrom, targetOf, type Question } from './question.js';
import { blockedError, refusalError } from './refusal-error.js';
import { settled } from './settled.js';

export const run: Run = async (call) => {
  const { flags, terminal } = call;
  const format = choice(flags, 'output', ['text', 'json'] as const) ?? 'text';
  const expect = choice(flags, 'expect', ['allow', 'deny'] as const);
  const view = viewOf(flags, terminal, () => '');
  if (flags['matrix'] === true) return matrix(call, { format, view, expect });
  const bundle = text(flags, 'fromBundle').fromBundle;
  if (call.words.length < 2 && bundle === undefined)
    throw new UsageError('name a source and a destination.', 'E.g. kubectl netdiag policy pod/web-0 svc/api');
  if (call.words.length > 0) targetOf(call, '');
  const report = await judged({ call, ...(await open(call, bundle)) }, expect);
  terminal.out(format === 'json' ? `${JSON.stringify(report, undefined, 2)}\n` : renderPolicy(report, view));
  return report.verdict.exitCode;
};

/** A recording answers its own question where no other is put to it. */
async function open(call: Call, bundle: string | undefined): Promise<{ opened: Opened; question: Question }> {
  if (bundle === undefined) return { opened: await openLive(call), question: call };
  const opened = openBundle(bundle);
  return { opened, question: call.words.length === 0 ? questionFrom(opened.asked) : call };
}

interface Asked {
  readonly call: Call;
  readonly opened: Opened;
  readonly question: Question;
}

async function judged({ call, opened, question }: Asked, expect: Expected | undefined): Promise<PolicyReport> {
  const { door, namespace, context } = opened;
  const target = targetOf(question, namespace);
  if (!target.dest) throw new UsageError('policies are about flows: name a destination, too.');
  const save = evidenceSaver(call, opened, askedWords(question));
  const { answer: scoped, model } = await settled({ ...call, door }, (of) => {
    const found = of.evaluate(scope(target));
    if (found && found.kind !== 'unknown' && 'flows' in found.value) look(found.value, of);
    return found;
  });
  save();
  if (scoped.kind === 'unknown') throw blockedError(scoped.gaps, target, opened);
  if ('refusal' in scoped.value) throw refusalError(scoped.value.refusal, opened);
  const { flows, source, dest } = scoped.value;
  const told = flows.map((subject) => ({
    subject,
    fact: model.fact(subject, 'intended') as never,
    drift: model.fact(subject, 'policyDrift') as never,
  }));
  return policyReport(told, { source, dest, context, ...(expect ? { expect } : {}) });
}

/** The attempts go out beside the policies: what is observed stands beside what is intended. */
function look({ flows }: Scope, model: Model): void {
  for (const flow of flows) for (const key of ['attempts', 'intended', 'policyDrift']) model.fact(flow, key);
}
