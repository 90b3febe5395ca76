// Why a question could not be put, from the engine's value to the user's two lines.
import type { Gap } from '../evidence/evidence.js';
import { gapText } from '../evidence/evidence.js';
import type { Refusal } from '../model/refusal.js';
import { cannotTellWhetherExists, noRunningPod, notFound, sameEnds } from '../target/errors.js';
import { KINDS } from '../target/kinds.js';
import { noPort, noSuchPort, severalPorts } from '../target/ports.js';
import type { Ref, Target } from '../target/target.js';
import { UsageError } from '../target/usage-error.js';

export interface Who {
  readonly context: string;
  readonly user: string;
}

export function refusalError(refusal: Refusal, { context }: Who): UsageError {
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

/** What stands in the way of even knowing what to examine. */
export function blockedError(gaps: readonly Gap[], target: Target, { context, user }: Who): UsageError {
  const unreachable = gaps.find(({ kind }) => kind === 'unreachable');
  if (unreachable !== undefined) {
    const named = unreachable.detail.includes('context "') || context === '' ? '' : ` (context "${context}")`;
    return new UsageError(`${unreachable.detail}${named}`, undefined, 5);
  }
  const [gap] = gaps;
  if (gap?.kind === 'forbidden') return forbiddenError(gap.permission, target, user);
  return new UsageError(
    `cannot tell what to examine: ${gap === undefined ? 'nothing answered' : gapText(gap)}.`,
    undefined,
    4,
  );
}

function forbiddenError(permission: string, { source, dest }: Target, user: string): UsageError {
  const named = [source, dest].find(
    (ref) => ref !== undefined && isObject(ref) && permission.includes(` ${KINDS[ref.kind].plural}`),
  );
  if (named !== undefined && isObject(named)) {
    const namespace = 'namespace' in named ? { namespace: named.namespace } : {};
    return cannotTellWhetherExists({ what: KINDS[named.kind].plural, name: named.name, ...namespace, user });
  }
  return new UsageError(
    `cannot tell what to examine: user "${user}" may not ${permission}.`,
    'Grant it: kubectl netdiag permissions --for none -o yaml',
    4,
  );
}

const isObject = (ref: Ref): ref is Extract<Ref, { kind: keyof typeof KINDS }> => ref.kind in KINDS;
