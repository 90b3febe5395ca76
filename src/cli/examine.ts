// One run, from the question to the report. Every command that diagnoses goes through here.
import type { AnyCheck } from '../checks/check.js';
import type { Door } from '../evidence/door.js';
import { assemble, type Run as RunFacts } from '../report/assemble.js';
import type { Report } from '../report/report.js';
import type { Target } from '../target/target.js';
import { diagnose, type Diagnosis } from './diagnose.js';
import type { RunOptions } from './options.js';
import type { Progress } from './progress.js';
import { blockedError, refusalError, type Who } from './refusal-error.js';
import { VERSION } from './version.js';

export interface Examination extends Who {
  readonly target: Target;
  readonly words: readonly string[];
  readonly checks: readonly AnyCheck[];
  readonly door: Door;
  readonly server: string;
  readonly options: RunOptions;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** A recording's own; a live run reads the clock. */
  readonly recorded?: { readonly startedAt: string; readonly durationMs: number; readonly version: string };
}
export interface Examined {
  readonly report: Report;
  readonly diagnosis: Diagnosis;
}

export async function examine(examination: Examination): Promise<Examined> {
  const { target, checks, door, progress, signal } = examination;
  const started = Date.now();
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
  });
  try {
    const asking = diagnose({
      target,
      checks,
      door: withinTime(door, started + examination.options.timeoutMs),
      onRound: (round, questions) => progress.say(`round ${round}: ${questions} questions`),
    });
    const diagnosed = await Promise.race([asking, stopped]);
    if ('blocked' in diagnosed) throw blockedError(diagnosed.blocked, target, examination);
    if ('refusal' in diagnosed) throw refusalError(diagnosed.refusal, examination);
    // What was created goes before the report is written, so that the ledger tells how it ended.
    await door.close();
    return { report: assemble(concludedOf(diagnosed), runFacts(examination, started)), diagnosis: diagnosed };
  } finally {
    await door.close();
    progress.done();
  }
}

/** What is outstanding at the deadline becomes a timeout, and the report is told from what came. */
export function withinTime(door: Door, deadline: number): Pick<Door, 'collect'> {
  return { collect: (requests) => door.collect(requests, { budgetMs: Math.max(1, deadline - Date.now()) }) };
}

function concludedOf({ scope, model, ...concluded }: Diagnosis): Parameters<typeof assemble>[0] {
  return { ...concluded, source: scope.source, dest: scope.dest, factOf: model.fact };
}

function runFacts(examination: Examination, started: number): RunFacts {
  const { words, door, context, server, options, recorded } = examination;
  const clock = { startedAt: new Date(started).toISOString(), durationMs: Date.now() - started, version: VERSION };
  return {
    words,
    rung: door.rung,
    context,
    server,
    ...(recorded ?? clock),
    mutations: door.mutations().flatMap(({ object, state, remove }): Report['mutations'] => {
      const created = { verb: 'created', object } as const;
      return state === 'removed'
        ? [created, { verb: 'deleted', object }]
        : [created, { verb: 'left', object, command: remove }];
    }),
    failOn: options.failOn,
    allowIncomplete: options.allowIncomplete,
    exitZero: options.exitZero,
  };
}
