// Consequences go under what explains them, by the table of causes; the same fault met on two ways is one.
import { CAUSES, PATH_STOPS } from './causes.js';
import { placeOf, shares, type FlowSeen } from './lies-on.js';
import type { FailedVerdict } from './verdict.js';

export interface Folded {
  readonly verdict: FailedVerdict;
  readonly effects: readonly { readonly verdict: FailedVerdict; readonly because: string }[];
}
interface Reason {
  readonly cause: FailedVerdict;
  readonly because: string;
}

const SAME = 'it is the same fault, met on another way';

/** `verdicts` come in order of rank: of two possible causes the first is taken. */
export function fold(verdicts: readonly FailedVerdict[], flows: readonly FlowSeen[]): readonly Folded[] {
  const reasons = new Map<FailedVerdict, Reason>();
  for (const effect of verdicts) {
    const reason = causeOf(effect, verdicts, flows) ?? twinOf(effect, verdicts);
    if (reason) reasons.set(effect, reason);
  }
  const roots = verdicts.filter((verdict) => !reasons.has(verdict));
  return roots.map((root) => ({
    verdict: root,
    effects: [...reasons].flatMap(([verdict, { because }]) =>
      rootOf(verdict, reasons) === root && !isSaid(verdict, root) ? [{ verdict, because }] : [],
    ),
  }));
}

/** Under a cause that is known, where the path ends stands in the picture of the path already. */
const isSaid = ({ check }: FailedVerdict, root: FailedVerdict): boolean =>
  check === PATH_STOPS && root.check !== PATH_STOPS;

function causeOf(
  effect: FailedVerdict,
  verdicts: readonly FailedVerdict[],
  flows: readonly FlowSeen[],
): Reason | undefined {
  const place = placeOf(effect, flows);
  const lines = CAUSES.filter((line) => line.effect === effect.check);
  for (const cause of verdicts) {
    const line = lines.find(
      ({ cause: id, where, latent }) =>
        id === cause.check &&
        // What is only going to fail does not explain what fails already.
        (latent === true || cause.severity !== 'risk' || effect.severity === 'risk') &&
        shares(where, placeOf(cause, flows), place),
    );
    if (line) return { cause, because: line.because };
  }
  return undefined;
}

/** The very rule, link or object: cited by the same check for another flow. */
function twinOf(effect: FailedVerdict, verdicts: readonly FailedVerdict[]): Reason | undefined {
  const cited = evidence(effect);
  const first = verdicts.find((other) => other.check === effect.check && evidence(other) === cited);
  return cited === undefined || !first || first === effect ? undefined : { cause: first, because: SAME };
}

function evidence({ subject, cites: [first] }: FailedVerdict): string | undefined {
  // Only flows meet one thing several times; two pods with the same words are two pods.
  return subject.kind === 'flow' && first ? `${first.on} ${first.command} ${first.shows}` : undefined;
}

function rootOf(verdict: FailedVerdict, reasons: ReadonlyMap<FailedVerdict, Reason>): FailedVerdict {
  const reason = reasons.get(verdict);
  return reason ? rootOf(reason.cause, reasons) : verdict;
}
