// A saved JSON report back into what the formats render, so that one run can be told in all of them.
import type { FailedVerdict, Finding, Verdict } from '../layers/verdict.js';
import type { Subject } from '../target/subject.js';
import {
  API_VERSION,
  meetingKey,
  SCHEMA_VERSION,
  type CheckDocument,
  type FindingDocument,
  type ReportDocument,
  type SubjectDocument,
} from './json.js';
import type { Report } from './report.js';

export type Read =
  | { readonly report: Report; readonly titleOf: (id: string) => string }
  | { readonly refused: string; readonly newer?: string };

export function readReport(parsed: unknown): Read {
  if (!isReport(parsed))
    return { refused: `it is not a report: apiVersion ${API_VERSION} and kind Report are missing` };
  if (major(parsed.schemaVersion) > major(SCHEMA_VERSION)) return { refused: 'newer', newer: parsed.schemaVersion };
  const titles = new Map([...parsed.findings, ...parsed.consequences].map(({ id, title }) => [id, title]));
  return { report: reportOf(parsed), titleOf: (id) => titles.get(id) ?? '' };
}

/** The JSON door: the schema is held where reports are written; here only the kind of document is checked. */
function isReport(value: unknown): value is ReportDocument {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, findings, consequences, checks } = value as Record<string, unknown>;
  return apiVersion === API_VERSION && kind === 'Report' && [findings, consequences, checks].every(Array.isArray);
}

/** Within a major version only fields are added, which an older reader may pass over. */
const major = (version: string): number => Number(String(version).split('.')[0]);

function reportOf(document: ReportDocument): Report {
  const { cluster, request, verdict, coverage } = document;
  const { tool, startedAt, durationMs, mutations, evidence, path } = document;
  const failures = new Map(
    [...document.findings, ...document.consequences].map((told) => [
      meetingKey(told.id, told.subject),
      failureOf(told),
    ]),
  );
  return {
    tool,
    startedAt,
    durationMs,
    mutations,
    evidence,
    flows: path,
    request: { words: request.words, source: request.source, dest: request.destination, rung: request.probe },
    context: cluster.context,
    server: cluster.server,
    ...verdict,
    findings: document.findings.map((told) => ({
      rank: told.rank,
      fingerprint: told.fingerprint,
      verdict: failureOf(told),
      effects: effectsOf(told.effects, document),
    })),
    verdicts: document.checks.flatMap((check) => verdictOf(check, failures)),
    missing: coverage.missing,
    unseen: coverage.unseen,
    counts: { ...document.counts, nodes: cluster.nodes },
  };
}

function effectsOf(fingerprints: readonly string[], { consequences }: ReportDocument): Finding['effects'] {
  return fingerprints.flatMap((wanted) => {
    const told = consequences.find(({ fingerprint }) => fingerprint === wanted);
    return told === undefined ? [] : [{ fingerprint: wanted, verdict: failureOf(told), because: told.because }];
  });
}

function failureOf(told: FindingDocument): FailedVerdict {
  const { id, layer, severity, confidence, summary, evidence, from, fix, refute } = told;
  const also = told.also.length === 0 ? {} : { also: told.also.map(subjectOf) };
  const meeting = { check: id, layer, subject: subjectOf(told.subject), from };
  return { ...meeting, kind: 'fail', severity, confidence, says: summary, cites: evidence, fix, refute, ...also };
}

function verdictOf(check: CheckDocument, failures: ReadonlyMap<string, FailedVerdict>): readonly Verdict[] {
  const meeting = { check: check.id, layer: check.layer, subject: subjectOf(check.subject), from: check.from };
  switch (check.status) {
    case 'unknown':
      return [{ ...meeting, kind: 'unknown', gaps: check.gaps ?? [] }];
    case 'crashed':
      return [{ ...meeting, kind: 'crashed', error: check.error ?? '' }];
    case 'fail': {
      const failure = failures.get(meetingKey(check.id, check.subject));
      return failure === undefined ? [] : [failure];
    }
    default:
      return [{ ...meeting, kind: check.status, says: check.summary ?? '' }];
  }
}

function subjectOf(document: SubjectDocument): Subject {
  const { text, ...subject } = document;
  return text === '' ? document : subject;
}
