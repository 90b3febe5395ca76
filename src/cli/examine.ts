// One run against one door: diagnose, then say it all in one value. What cannot be examined is told as the user's to fix.
import type { AnyCheck, Severity } from '../checks/check.js';
import type { Door, Mutation } from '../evidence/door.js';
import { gapText, type Gap } from '../evidence/evidence.js';
import type { Refusal } from '../model/refusal.js';
import { assemble } from '../report/assemble.js';
import type { Report } from '../report/report.js';
import { cannotTellWhetherExists, noRunningPod, notFound, sameEnds } from '../target/errors.js';
import { noPort, noSuchPort, severalPorts } from '../target/ports.js';
import type { Target } from '../target/target.js';
import { UsageError } from '../target/usage-error.js';
import { diagnose } from './diagnose.js';

export interface Examination {
  readonly words: readonly string[];
  readonly target: Target;
  readonly checks: readonly AnyCheck[];
  readonly door: Door;
  /** What a recording knows of itself; a live run fills it from the clock and the login. */
  readonly about: {
    readonly context: string;
    readonly server: string;
    readonly user: string;
    readonly version: string;
    readonly startedAt: string;
  };
  readonly elapsedMs: () => number;
  readonly failOn: Severity | 'never';
  readonly allowIncomplete: boolean;
  readonly exitZero: boolean;
  readonly onRound?: (round: number, requests: number) => void;
}

export async function examine(asked: Examination): Promise<Report> {
  const { target, checks, door, about } = asked;
  const diagnosed = await diagnose({ target, checks, door, ...(asked.onRound ? { onRound: asked.onRound } : {}) });
  if ('refusal' in diagnosed) throw refusalError(diagnosed.refusal, about.context);
  if ('blocked' in diagnosed) throw blockedError(diagnosed.blocked, about.user);
  await door.close();
  const { scope, model } = diagnosed;
  return assemble(
    { ...diagnosed, source: scope.source, dest: scope.dest, factOf: model.fact },
    {
      words: asked.words,
      rung: door.rung,
      context: about.context,
      server: about.server,
      version: about.version,
      startedAt: about.startedAt,
      durationMs: asked.elapsedMs(),
      mutations: door.mutations().flatMap(ledger),
      failOn: asked.failOn,
      allowIncomplete: asked.allowIncomplete,
      exitZero: asked.exitZero,
    },
  );
}

const ledger = ({ object, state, remove }: Mutation): Report['mutations'] => [
  { verb: 'created', object },
  state === 'removed' ? { verb: 'deleted', object } : { verb: 'left', object, command: remove },
];

function refusalError(refusal: Refusal, context: string): UsageError {
  switch (refusal.kind) {
    case 'absent':
      return notFound({ ...refusal, context });
    case 'several-ports':
      return severalPorts(refusal.what, refusal.ports);
    case 'no-such-port':
      return noSuchPort(refusal.what, refusal.wanted, refusal.ports);
    case 'no-port':
      return noPort(refusal.what);
    case 'no-running-pod':
      return noRunningPod(refusal.what, refusal.pods);
    case 'same-ends':
      return sameEnds(refusal.what);
  }
}

/** The census itself could not be had: nothing can be said about anything. */
function blockedError(gaps: readonly Gap[], user: string): UsageError {
  const [gap] = gaps;
  if (gap?.kind === 'forbidden') {
    const [, what = gap.permission, namespace] = /^get ([a-z/]+)(?: in (.+))?$/.exec(gap.permission) ?? [];
    return cannotTellWhetherExists({ what, name: '', user, ...(namespace ? { namespace } : {}) });
  }
  const why = gap ? gapText(gap) : 'no answer';
  return new UsageError(why, undefined, gap?.kind === 'unreachable' ? 5 : 4);
}
