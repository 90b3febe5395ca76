// The report as programs read it: `apiVersion: netdiag/v1`. Inside v1 fields are added, never renamed or removed.
import type { Cite, Confidence, LayerId, Severity, Step } from '../checks/check.js';
import type { Gap, Rung } from '../evidence/evidence.js';
import type { FailedVerdict, Verdict } from '../layers/verdict.js';
import { subjectKey, subjectText, type Subject } from '../target/subject.js';
import type { EvidenceNote, FlowReport, Report } from './report.js';
import type { View } from './style.js';

export const API_VERSION = 'netdiag/v1';
export const SCHEMA_VERSION = '1.0';

export type SubjectDocument = Subject & { readonly text: string };

export interface FindingDocument {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly layer: LayerId;
  readonly subject: SubjectDocument;
  readonly also: readonly SubjectDocument[];
  readonly summary: string;
  readonly evidence: readonly Cite[];
  /** Ids in `evidence` of the report. */
  readonly from: readonly string[];
  readonly fix: readonly Step[];
  readonly refute: Step;
  readonly fingerprint: string;
}
export interface CauseDocument extends FindingDocument {
  readonly rank: number;
  /** Fingerprints of consequences. */
  readonly effects: readonly string[];
}
export interface ConsequenceDocument extends FindingDocument {
  /** Fingerprints of findings. */
  readonly causes: readonly string[];
  readonly because: string;
}
export interface CheckDocument {
  readonly id: string;
  readonly layer: LayerId;
  readonly subject: SubjectDocument;
  readonly status: Verdict['kind'];
  readonly summary?: string;
  readonly gaps?: readonly Gap[];
  readonly error?: string;
  readonly from: readonly string[];
}
export interface ReportDocument {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Report';
  readonly schemaVersion: string;
  readonly tool: Report['tool'];
  readonly cluster: { readonly context: string; readonly server: string; readonly nodes: number };
  readonly startedAt: string;
  readonly durationMs: number;
  readonly request: {
    readonly words: readonly string[];
    readonly source: string;
    readonly destination: string;
    readonly probe: Rung;
  };
  readonly verdict: { readonly status: Report['status']; readonly exitCode: number; readonly headline: string };
  readonly findings: readonly CauseDocument[];
  readonly consequences: readonly ConsequenceDocument[];
  readonly path: readonly FlowReport[];
  readonly checks: readonly CheckDocument[];
  readonly coverage: {
    readonly answered: number;
    readonly unknown: number;
    readonly missing: Report['missing'];
    readonly unseen: Report['unseen'];
  };
  readonly mutations: Report['mutations'];
  readonly evidence: readonly EvidenceNote[];
  readonly counts: Omit<Report['counts'], 'nodes'>;
}

/** One document, ended by one newline. */
export const renderJson = (report: Report, view: View): string =>
  `${JSON.stringify(reportDocument(report, view.titleOf), undefined, 2)}\n`;

export function reportDocument(report: Report, titleOf: (id: string) => string): ReportDocument {
  const { request, verdicts } = report;
  const { nodes, ...counts } = report.counts;
  return {
    apiVersion: API_VERSION,
    kind: 'Report',
    schemaVersion: SCHEMA_VERSION,
    tool: report.tool,
    cluster: { context: report.context, server: report.server, nodes },
    startedAt: report.startedAt,
    durationMs: report.durationMs,
    request: { words: request.words, source: request.source, destination: request.dest, probe: request.rung },
    verdict: { status: report.status, exitCode: report.exitCode, headline: report.headline },
    findings: report.findings.map(({ rank, fingerprint, verdict, effects }) => ({
      rank,
      ...findingDocument({ fingerprint, verdict }, titleOf),
      effects: effects.map((effect) => effect.fingerprint),
    })),
    consequences: consequences(report, titleOf),
    path: report.flows,
    checks: verdicts.map(checkDocument),
    coverage: {
      answered: verdicts.filter(({ kind }) => kind !== 'unknown' && kind !== 'crashed').length,
      unknown: verdicts.filter(({ kind }) => kind === 'unknown').length,
      missing: report.missing,
      unseen: report.unseen,
    },
    mutations: report.mutations,
    evidence: report.evidence,
    counts,
  };
}

type Told = { readonly fingerprint: string; readonly verdict: FailedVerdict };

function findingDocument({ fingerprint, verdict }: Told, titleOf: (id: string) => string): FindingDocument {
  const { check, layer, subject, severity, confidence, says, cites, fix, refute, from, also = [] } = verdict;
  return {
    id: check,
    title: titleOf(check),
    severity,
    confidence,
    layer,
    subject: subjectDocument(subject),
    also: also.map(subjectDocument),
    summary: says,
    evidence: cites,
    from,
    fix,
    refute,
    fingerprint,
  };
}

/** One that follows from two causes is told once, with both. */
function consequences({ findings }: Report, titleOf: (id: string) => string): readonly ConsequenceDocument[] {
  const told = findings.flatMap((finding) =>
    finding.effects.map((effect) => ({ ...effect, cause: finding.fingerprint })),
  );
  const first = new Map(told.toReversed().map((effect) => [effect.fingerprint, effect]));
  return [...first.values()].toReversed().map((effect) => ({
    ...findingDocument(effect, titleOf),
    causes: told.filter(({ fingerprint }) => fingerprint === effect.fingerprint).map(({ cause }) => cause),
    because: effect.because,
  }));
}

const subjectDocument = (subject: Subject): SubjectDocument => ({ ...subject, text: subjectText(subject) });

function checkDocument(verdict: Verdict): CheckDocument {
  const { check, layer, subject, kind, from } = verdict;
  const met = { id: check, layer, subject: subjectDocument(subject), status: kind };
  switch (verdict.kind) {
    case 'unknown':
      return { ...met, gaps: verdict.gaps, from };
    case 'crashed':
      return { ...met, error: verdict.error, from };
    default:
      return { ...met, summary: verdict.says, from };
  }
}

/** Ties a failed check to its finding when a saved report is read again. */
export const meetingKey = (id: string, subject: Subject): string => `${id} ${subjectKey(subject)}`;
