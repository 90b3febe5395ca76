// What `policy` has to say, as one value for every format: verdict, reasons, and what was seen.
import { gapText, type Gap } from '../evidence/evidence.js';
import type { Fact } from '../facts/fact.js';
import type { PolicyDrift } from '../path/policy/drift.js';
import { failed, fitText } from '../path/policy/fit.js';
import { doubtsOf, type Intended, type Side, type Way } from '../path/policy/intended.js';
import { idleText, sideText } from '../path/policy/reason.js';
import { subjectText, type Subject } from '../target/subject.js';
import { API_VERSION } from './json.js';

type Told = Extract<Intended, { kind: 'told' }>;
export type Expected = 'allow' | 'deny';

export interface PolicyFlow {
  readonly name: string;
  /** A name's lookup, not what was asked for. */
  readonly lookup: boolean;
  /** What the policies say. */
  readonly says: Told['says'] | 'does-not-apply';
  /** What comes of it: whoever has no enforcer has no denials. */
  readonly holds: Told['holds'];
  readonly because: string;
  readonly backends: readonly {
    readonly to: string;
    readonly port: number;
    readonly verdict: Way['verdict'];
    readonly sides: readonly {
      readonly direction: Side['direction'];
      readonly verdict: string;
      readonly because: string;
    }[];
  }[];
  readonly observed: string;
  /** Whether what was seen and what policies say explain each other. */
  readonly fit?: string;
  /** What the nodes hold, against what the policies say; absent where nobody compares. */
  readonly programmed?: string;
}
export interface PolicyReport {
  readonly apiVersion: string;
  readonly kind: 'PolicyReport';
  readonly request: { readonly source: string; readonly destination: string; readonly expect?: Expected };
  readonly context: string;
  readonly enforcer: { readonly name: string; readonly enforces: boolean | 'unknown' };
  readonly verdict: { readonly holds: Told['holds']; readonly exitCode: number; readonly headline: string };
  readonly flows: readonly PolicyFlow[];
}

export interface Judged {
  readonly subject: Subject<'flow'>;
  readonly fact: Fact<Intended> | undefined;
  readonly drift: Fact<PolicyDrift> | undefined;
}
export interface Asked {
  readonly source: string;
  readonly dest: string;
  readonly context: string;
  readonly expect?: Expected;
}

export function policyReport(judged: readonly Judged[], { source, dest, context, expect }: Asked): PolicyReport {
  const flows = judged.map(flowOf);
  const asked = flows.filter(({ lookup }) => !lookup);
  const told = judged.flatMap(({ fact }) =>
    fact && fact.kind !== 'unknown' && fact.value.kind === 'told' ? [fact.value] : [],
  );
  const enforcer = told[0]?.enforcer;
  const holds = joined(asked.map((flow) => flow.holds));
  return {
    apiVersion: API_VERSION,
    kind: 'PolicyReport',
    request: { source, destination: dest, ...(expect ? { expect } : {}) },
    context,
    enforcer: { name: enforcer?.says ?? 'not known', enforces: enforcer?.enforces ?? 'unknown' },
    verdict: {
      holds,
      exitCode: Math.max(
        0,
        ...asked
          .map((flow) => exitOf(flow, expect))
          .toSorted(byWeight)
          .slice(0, 1),
      ),
      headline: headline(asked, { source, dest, holds }),
    },
    flows,
  };
}

/** A broken expectation outweighs one that nobody can check. */
const WEIGHT = [3, 4, 0];
const byWeight = (a: number, b: number): number => WEIGHT.indexOf(a) - WEIGHT.indexOf(b);

function exitOf({ holds, observed }: PolicyFlow, expect: Expected | undefined): number {
  // Whatever the policies say, what was answered was let through.
  const passes = observed === 'connected';
  if (expect === undefined) return holds === 'unknown' && !passes ? 4 : 0;
  if (holds === 'mixed') return 3;
  if (expect === 'deny') return passes || holds === 'allow' ? 3 : holds === 'deny' ? 0 : 4;
  if (holds === 'deny') return 3;
  if (passes) return 0;
  // Policies allow it and it fails: that it is open cannot be said.
  return holds === 'unknown' || (observed !== 'none' && observed !== 'silent') ? 4 : 0;
}

function joined(all: readonly Told['holds'][]): Told['holds'] {
  const [first = 'unknown', ...rest] = [...new Set(all)];
  if (rest.length === 0) return first;
  return all.includes('unknown') ? 'unknown' : 'mixed';
}

function headline(
  asked: readonly PolicyFlow[],
  { source, dest, holds }: { readonly source: string; readonly dest: string; readonly holds: Told['holds'] },
): string {
  const telling = asked.find((flow) => flow.holds === (holds === 'mixed' ? 'deny' : holds)) ?? asked[0];
  return `${source} -> ${dest}: ${telling?.because ?? 'there is no flow to judge'}`;
}

function flowOf({ subject, fact, drift }: Judged): PolicyFlow {
  const name = subjectText(subject);
  const lookup = subject.host !== undefined && subject.port === 53;
  const nothing = { name, lookup, backends: [], observed: 'none' } as const;
  if (!fact || fact.kind === 'unknown') {
    return { ...nothing, says: 'unknown', holds: 'unknown', because: gapsText(fact?.gaps ?? []) };
  }
  const { value } = fact;
  if (value.kind === 'does-not-apply') return { ...nothing, says: value.kind, holds: 'allow', because: value.why };
  const fit = fitText(value);
  const { says, holds, observed } = value;
  const programmed = programmedText(drift);
  return {
    name,
    lookup,
    says,
    holds,
    because: becauseOf(value),
    backends: value.ways.map((way) => backendOf(way, value)),
    observed,
    ...(fit ? { fit } : {}),
    ...(programmed ? { programmed } : {}),
  };
}

function programmedText(drift: Fact<PolicyDrift> | undefined): string | undefined {
  if (!drift || (drift.kind !== 'unknown' && drift.value.kind === 'does-not-apply')) return undefined;
  if (drift.kind === 'unknown') return gapsText(drift.gaps);
  const { value } = drift;
  if (value.kind !== 'read') return undefined;
  const { drifts, nodes } = value;
  return drifts.length > 0 ? drifts.map(({ says }) => says).join('; ') : `${nodes.join(' and ')}: as the policies say`;
}

const gapsText = (gaps: readonly Gap[]): string => `not known: ${gaps.map(gapText)[0] ?? 'it was not asked'}`;
const wanted = (port: number, { protocol }: Told): string => `${port}/${protocol.toLowerCase()}`;

const backendOf = ({ to, port, verdict, sides }: Way, told: Told): PolicyFlow['backends'][number] => ({
  to,
  port,
  verdict,
  sides: sides.map((side) => ({
    direction: side.direction,
    verdict: side.ruling.verdict,
    because: sideText(side, wanted(port, told)),
  })),
});

function becauseOf(told: Told): string {
  const { says, holds, ways, enforcer } = told;
  const reason = reasonOf(told);
  if (holds === 'unknown') return doubtsOf(told).join('; ') || reason;
  if (enforcer.enforces === false && says !== 'allow')
    return `nothing enforces policies here (${idleText(enforcer)}), or ${reason}`;
  if (says === 'mixed')
    return `${ways.filter(({ verdict }) => verdict === 'deny').length} of ${ways.length} backends: ${reason}`;
  return failed(told) && holds === 'allow' ? `${reason}; it fails for another reason` : reason;
}

/** The side that decided, of the first backend that ends like the whole. */
function reasonOf(told: Told): string {
  const end = told.says === 'mixed' ? 'deny' : told.says;
  const way = told.ways.find(({ verdict }) => verdict === end);
  if (!way) return 'no backend is there to reach';
  const side =
    way.sides.find(({ ruling }) => end !== 'allow' && ruling.verdict === end) ??
    way.sides.find(({ ruling }) => ruling.basis.kind === 'rule' || ruling.basis.kind === 'exempt');
  return side ? sideText(side, wanted(way.port, told)) : 'no policy closes either end';
}
