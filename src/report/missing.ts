// Which required questions have no answer: why a run that found nothing ends inconclusive instead of well.
import { gapText, type Evidence, type Gap } from '../evidence/evidence.js';
import type { Fact } from '../facts/fact.js';
import type { FlowSeen } from '../layers/seen.js';
import { subjectText, type Subject } from '../target/subject.js';
import type { Concluded, Run } from './assemble.js';
import type { Report } from './report.js';

type Missing = Report['missing'];
type Bounds = Pick<Run, 'rung' | 'failOn'>;

const FAILED: readonly string[] = [
  'refused',
  'timeout',
  'no-route',
  'net-unreachable',
  'not-permitted',
  'reset',
  'address-unavailable',
  'mixed',
];
export const fails = ({ observed }: FlowSeen): boolean => FAILED.includes(observed);

/** Required: a flow's own attempt, its explanation when it fails, and every check without which a fault could be missed. */
export function missingOf(concluded: Concluded, run: Bounds): Missing {
  const explained = concluded.findings.some(({ verdict }) => verdict.severity !== 'risk');
  return [
    ...(explained ? [] : nothingTried(concluded)),
    ...concluded.flows.flatMap((flow) => notTold(flow, concluded, explained)),
    ...notJudged(concluded, run),
  ];
}

/** The lookups on the way to an address are a help; where a name led to no address they are the question itself. */
function isAsked({ host, source, pod, service }: Subject<'flow'>, flows: readonly FlowSeen[]): boolean {
  return host === undefined
    ? !(source.kind === 'outside' && pod && service)
    : flows.every(({ subject }) => subject.host !== undefined);
}

function notTold(flow: FlowSeen, { flows, factOf }: Concluded, explained: boolean): Missing {
  const { subject, observed, tries } = flow;
  const about = subjectText(subject);
  if (observed === 'none' && isAsked(subject, flows))
    return [{ check: 'attempt', subject: about, why: whyNot(factOf(subject, 'attempts'), tries[0]?.raw) }];
  if (!fails(flow) || explained) return [];
  const why = `it fails (${observed}), and no check that could be judged explains it`;
  return [{ check: 'cause', subject: about, why }];
}

/**
 * What every rung reads, and what the flow itself was tried with: a size that was not sent is a loss that was not seen.
 * Whoever wants to fail on a risk wants it ruled out, so then all counts that the rung could have told.
 */
function notJudged({ verdicts, evidence, flows }: Concluded, { rung, failOn }: Bounds): Missing {
  const kinds = new Map(evidence.map((one) => [one.id, kindOf(one)]));
  return verdicts.flatMap((verdict) => {
    const { kind, subject, from } = verdict;
    if (kind !== 'unknown' || from.length === 0) return [];
    const restsOn = new Set(from.map((id) => kinds.get(id) ?? 'read'));
    const helps = restsOn.has('attempt') && subject.kind === 'flow' && !isAsked(subject, flows);
    if (failOn !== 'risk' && (helps || restsOn.has('read'))) return [];
    const ran = restsOn.has('attempt') || restsOn.has('read');
    if (verdict.gaps.every((gap) => gap.kind === 'out-of-reach' || (ran && rung !== 'node' && TOOLLESS.has(gap.kind))))
      return [];
    return [{ check: verdict.check, subject: subjectText(subject), why: verdict.gaps.map(gapText)[0] ?? 'not read' }];
  });
}

/** Below rung `node` an image has the tools it has; there the probe pod brings ours. */
const TOOLLESS: ReadonlySet<Gap['kind']> = new Set(['no-such-tool', 'refused']);

/** Logs and metrics are optional: they support a finding, and their absence acquits nobody. */
function kindOf({ request }: Evidence): 'declared' | 'attempt' | 'read' {
  if (request.via === 'api') return request.shape === 'text' ? 'read' : 'declared';
  return request.via === 'here' || request.ask.phase === 'attempt' ? 'attempt' : 'read';
}

/** A question about a way on which there was nothing to try is not answered by silence. */
function nothingTried({ flows, source, dest }: Concluded): Missing {
  if (dest === '' || flows.length > 0) return [];
  return [{ check: 'attempt', subject: `${source} -> ${dest}`, why: 'no address was found that could be tried' }];
}

function whyNot(attempts: Fact<unknown> | undefined, raw: string | undefined): string {
  if (attempts && attempts.kind !== 'known') return attempts.gaps.map(gapText)[0] ?? 'not attempted';
  return raw ? `the attempt told nothing: ${raw}` : 'not attempted';
}
