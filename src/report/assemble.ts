// From verdicts to the one value that every format renders, exit code included.
import type { Severity } from '../checks/check.js';
import { gapText, requestKey, type Evidence, type Gap, type Rung } from '../evidence/evidence.js';
import type { FlowSeen } from '../layers/seen.js';
import type { Finding, Verdict } from '../layers/verdict.js';
import type { FactOf } from '../layers/walk.js';
import type { Fact } from '../facts/fact.js';
import type { Prediction } from '../path/prediction.js';
import { subjectText } from '../target/subject.js';
import { flowReport } from './flow-report.js';
import { fails, missingOf } from './missing.js';
import type { Report } from './report.js';

export interface Concluded {
  readonly source: string;
  readonly dest: string;
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
  readonly flows: readonly FlowSeen[];
  readonly evidence: readonly Evidence[];
  readonly rounds: number;
  readonly factOf: FactOf;
}
export interface Run {
  readonly words: readonly string[];
  readonly rung: Rung;
  readonly context: string;
  readonly server: string;
  readonly version: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly mutations: Report['mutations'];
  readonly failOn: Severity | 'never';
  readonly allowIncomplete: boolean;
  readonly exitZero: boolean;
}

const WEIGHT: Readonly<Record<Severity | 'never', number>> = { risk: 1, degraded: 2, outage: 3, never: 4 };

export function assemble(concluded: Concluded, run: Run): Report {
  const missing = missingOf(concluded, run);
  const failing = concluded.findings.some(({ verdict }) => WEIGHT[verdict.severity] >= WEIGHT[run.failOn]);
  const status = concluded.findings.length > 0 ? 'findings' : missing.length > 0 ? 'inconclusive' : 'ok';
  const exitCode = failing ? 3 : missing.length > 0 && !run.allowIncomplete ? 4 : 0;
  const { verdicts, findings, flows, factOf, evidence } = concluded;
  return {
    tool: { name: 'kubectl-netdiag', version: run.version },
    startedAt: run.startedAt,
    durationMs: run.durationMs,
    request: { words: run.words, source: concluded.source, dest: concluded.dest, rung: run.rung },
    context: run.context,
    server: run.server,
    status: !failing && missing.length > 0 ? 'inconclusive' : status,
    exitCode: run.exitZero ? 0 : exitCode,
    headline: headline(concluded, missing, failing),
    findings,
    flows: flows.map((flow) => flowReport(flow, factOf(flow.subject, 'predicted') as Fact<Prediction> | undefined)),
    verdicts,
    missing,
    unseen: unseenOf(verdicts),
    mutations: run.mutations,
    evidence: evidence.map(({ id, request, answer }) => ({
      id,
      asked: requestKey(request),
      through:
        answer.kind === 'answered' ? answer.through : answer.kind === 'absent' ? 'no such object' : gapText(answer.gap),
    })),
    counts: countsOf(concluded),
  };
}

function headline({ findings, flows, source, dest }: Concluded, missing: Report['missing'], failing: boolean): string {
  const [first] = findings;
  if (first && (failing || missing.length === 0))
    return `${first.verdict.check}: ${subjectText(first.verdict.subject)}: ${first.verdict.says}`;
  const asked = dest === '' ? source : `${source} -> ${dest}`;
  const sick = flows.find(fails);
  if (sick) return `${subjectText(sick.subject)} fails (${sick.observed}), and what was seen does not tell why`;
  const [lack] = missing;
  if (lack) return `cannot tell about ${asked}: ${lack.check} about ${lack.subject}: ${lack.why}`;
  return flows.some(({ tries }) => tries.length > 0)
    ? `${asked} works, and nothing was found wrong on its way`
    : `nothing found wrong with ${asked}`;
}

/** One line for each reason, whoever it kept from judging. */
function unseenOf(verdicts: readonly Verdict[]): Report['unseen'] {
  const groups = new Map<string, { gap: Gap; why: string; checks: Set<string>; subjects: Set<string> }>();
  for (const verdict of verdicts) {
    if (verdict.kind !== 'unknown') continue;
    for (const gap of verdict.gaps.slice(0, 1)) {
      const why = gapText(gap);
      const group = groups.get(why) ?? { gap, why, checks: new Set(), subjects: new Set() };
      groups.set(why, group);
      group.checks.add(verdict.check);
      group.subjects.add(subjectText(verdict.subject));
    }
  }
  return [...groups.values()].map(({ gap, why, checks, subjects }) => ({
    gap,
    why,
    checks: [...checks].toSorted(),
    subjects: [...subjects].toSorted(),
  }));
}

function countsOf({ verdicts, rounds, evidence }: Concluded): Report['counts'] {
  const runs = evidence.flatMap(({ request }) => (request.via === 'run' ? [request] : []));
  const bytes = evidence.map(({ answer }) =>
    answer.kind === 'answered' ? answer.text.length + (answer.after?.length ?? 0) : 0,
  );
  return {
    nodes: new Set(verdicts.flatMap(({ subject }) => (subject.kind === 'node' ? [subject.name] : []))).size,
    checks: new Set(verdicts.map(({ check }) => check)).size,
    rounds,
    requests: evidence.length - runs.length,
    execs: new Set(
      runs.map(({ where }) => (where.kind === 'node' ? `node/${where.name}` : `pod/${where.namespace}/${where.name}`)),
    ).size,
    bytes: bytes.reduce((sum, each) => sum + each, 0),
  };
}
