// The ignorance matrix: a recorded fault told again with one answer lacking, or many, in each of the ways one can lack. What is
// then not known must be said to be not known: never another cause first, never silence.
import { CHECKS } from '../../src/checks/index.js';
import { examine } from '../../src/cli/examine.js';
import type { RunOptions } from '../../src/cli/options.js';
import { questionFrom, targetOf } from '../../src/cli/question.js';
import type { Severity } from '../../src/checks/check.js';
import { loadBundle, type Bundle } from '../../src/evidence/bundle.js';
import { requestKey, type Evidence, type Request } from '../../src/evidence/evidence.js';
import { placeKey } from '../../src/evidence/loads.js';
import { replayDoor } from '../../src/evidence/replay.js';
import { effectsOf } from '../support/effects.js';
import type { Report } from '../../src/report/report.js';
import { UsageError } from '../../src/target/usage-error.js';
import { bundleIn, stories } from '../stories/story.js';
import { canLack, LOSSES, without, type Loss } from './ignorance-loss.js';

/** A recorded cluster and what is known to be wrong with it: a check's id, or `none` where nothing is. */
export interface Recorded {
  readonly name: string;
  readonly cause: string;
  readonly bundle: Bundle;
}

const DEMO = { name: 'demo', cause: 'port-not-listened', file: 'src/cli/demo.tar.gz' };

/** Every story, and the recording that `demo` tells; or only those named. */
export function recordings(names: readonly string[] = []): readonly Recorded[] {
  const all = [DEMO, ...stories().map(({ name, cause, dir }) => ({ name, cause, file: bundleIn(dir) }))];
  const chosen = all.filter(({ name }) => names.length === 0 || names.includes(name));
  return chosen.map(({ name, cause, file }) => ({ name, cause, bundle: loadBundle(file) }));
}

/** What lacks in one replay. */
export interface Cell {
  readonly what: string;
  readonly loss: Loss;
  readonly members: readonly Evidence[];
}

/**
 * `consequence`: the first finding is an effect of the cause by the table of causes, and the report says that the cause
 * itself could not be judged. Such a finding is true, and keeping it back would tell a person less than is known.
 */
export const VERDICTS = ['right', 'not-known', 'consequence', 'wrong', 'silent', 'crashed'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Less knowledge may end in "not known" or in what follows from the cause, and in nothing else. */
export const mustNotBe = (verdict: Verdict): boolean => ['wrong', 'silent', 'crashed'].includes(verdict);

export interface Told {
  readonly exitCode: number;
  /** The report's first finding, or what stood in its place. */
  readonly first: string;
  readonly crashed: readonly string[];
  /** Checks that could not judge something. */
  readonly unjudged: readonly string[];
  /** Questions of this replay that the recorded run had no need to ask. */
  readonly unrecorded: readonly string[];
}
export interface Outcome extends Told {
  readonly verdict: Verdict;
}

/** Every answer by itself, then the sets that go together when a right, a place or a rung lacks. */
export function cellsOf({ evidence }: Bundle): readonly Cell[] {
  const single = evidence.map((one): [string, readonly Evidence[]] => [requestKey(one.request), [one]]);
  return [...single, ...setsOf(evidence)].flatMap(([what, members]) =>
    LOSSES.flatMap((loss) => {
      const lose = members.filter((one) => canLack(one, loss));
      // A set that loses one answer is that answer's own cell.
      if (lose.length === 0 || (members.length > 1 && lose.length === 1)) return [];
      return [{ what, loss, members: lose }];
    }),
  );
}

function setsOf(evidence: readonly Evidence[]): readonly [string, readonly Evidence[]][] {
  const sets = new Map<string, Evidence[]>();
  for (const one of evidence)
    for (const name of setNames(one.request)) sets.set(name, [...(sets.get(name) ?? []), one]);
  return [...sets].filter(([, members]) => members.length > 1);
}

/** Rung `none` is the API; what the rungs above it add is commands, on every place or on one, attempts or reads. */
function setNames(request: Request): readonly string[] {
  if (request.via === 'api') return ['rung none: the API', request.shape === 'text' ? 'all logs' : 'all objects'];
  if (request.via === 'here') return ['all attempts'];
  const { where, ask } = request;
  return [
    'rungs exec and node: all commands',
    `all commands on ${placeKey(where)}`,
    where.kind === 'node' ? 'all commands on nodes' : 'all commands in pods',
    ask.phase === 'attempt' ? 'all attempts' : 'all commands but attempts',
    ask.phase === 'attempt' ? '' : `every ${ask.id}`,
  ].filter(Boolean);
}

const OPTIONS: Omit<RunOptions, 'failOn'> = {
  rung: 'node',
  yes: true,
  dryRun: false,
  timeoutMs: 600_000,
  parallel: 8,
  exitZero: false,
  allowIncomplete: false,
};

/** The whole engine, from the recorded question to the exit code. */
export async function tell({ bundle }: Recorded, failOn: Severity, cell?: Cell): Promise<Told> {
  const { manifest } = bundle;
  const lost = new Set(cell?.members);
  const evidence = bundle.evidence.map((one) => (cell && lost.has(one) ? without(one, cell.loss) : one));
  const recorded = new Set(evidence.map(({ request }) => requestKey(request)));
  const door = replayDoor({ manifest, evidence });
  const unrecorded = new Set<string>();
  const collect: typeof door.collect = (requests) => {
    for (const key of requests.map(requestKey)) if (!recorded.has(key)) unrecorded.add(key);
    return door.collect(requests);
  };
  const question = questionFrom(manifest.arguments);
  try {
    const { report } = await examine({
      door: { ...door, collect },
      target: targetOf(question, manifest.namespace),
      words: question.words,
      checks: CHECKS,
      context: manifest.context,
      server: manifest.server ?? '',
      user: '',
      options: { ...OPTIONS, failOn },
      progress: { say: () => undefined, done: () => undefined },
      signal: new AbortController().signal,
      recorded: { startedAt: manifest.startedAt, durationMs: manifest.durationMs, version: manifest.tool },
    });
    return { ...toldOf(report), unrecorded: [...unrecorded] };
  } catch (error) {
    // Not even what to examine was known, which the program says in two lines and an exit code of its own.
    if (!(error instanceof UsageError)) throw error;
    return { exitCode: error.exitCode, first: error.message, crashed: [], unjudged: [], unrecorded: [...unrecorded] };
  }
}

const FOUND = 3;

function toldOf({ exitCode, findings, verdicts, headline }: Report): Omit<Told, 'unrecorded'> {
  const crashed = verdicts.flatMap((verdict) => {
    if (verdict.kind === 'crashed') return [`${verdict.check}: ${verdict.error}`];
    const gaps = verdict.kind === 'unknown' ? verdict.gaps : [];
    return gaps.flatMap((gap) => (gap.kind === 'crashed' ? [`${verdict.check}: ${gap.detail}`] : []));
  });
  const unjudged = verdicts.flatMap(({ kind, check }) => (kind === 'unknown' ? [check] : []));
  const first = exitCode === FOUND ? (findings[0]?.verdict.check ?? '') : headline;
  return { exitCode, first, crashed, unjudged };
}

export function judge(cause: string, told: Told): Verdict {
  const { exitCode, first, crashed, unjudged } = told;
  if (crashed.length > 0) return 'crashed';
  if (cause === 'none') return exitCode === FOUND ? 'wrong' : 'right';
  if (exitCode === 0) return 'silent';
  if (exitCode !== FOUND) return 'not-known';
  if (first === cause) return 'right';
  return effectsOf(cause).has(first) && unjudged.includes(cause) ? 'consequence' : 'wrong';
}

export async function outcome(recorded: Recorded, failOn: Severity, cell?: Cell): Promise<Outcome> {
  const told = await tell(recorded, failOn, cell);
  return { ...told, verdict: judge(recorded.cause, told) };
}

/** What a client sees fail is found by default; a fault that has hurt nobody yet is looked for with `--fail-on risk`. */
export async function failOnFor(recorded: Recorded): Promise<Severity> {
  if (recorded.cause === 'none') return 'degraded';
  return (await tell(recorded, 'degraded')).exitCode === FOUND ? 'degraded' : 'risk';
}
