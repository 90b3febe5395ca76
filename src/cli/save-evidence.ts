// Every question and its verbatim answer, in one file that another machine can diagnose from.
import { BUNDLE_SCHEMA, gapsOf, saveBundle, type Manifest } from '../evidence/bundle.js';
import type { Door } from '../evidence/door.js';
import type { Report } from '../report/report.js';
import { UsageError } from '../target/usage-error.js';

export interface Saved {
  readonly file: string;
  readonly door: Door;
  readonly report: Pick<Report, 'context' | 'server' | 'startedAt' | 'durationMs'> & {
    readonly tool: Pick<Report['tool'], 'version'>;
  };
  readonly asked: readonly string[];
  readonly namespace: string;
}

export function saveEvidence({ file, door, report, asked, namespace }: Saved): void {
  const evidence = door.evidence();
  const manifest: Manifest = {
    schema: BUNDLE_SCHEMA,
    tool: report.tool.version,
    arguments: asked,
    rung: door.rung,
    context: report.context,
    server: report.server,
    namespace,
    startedAt: report.startedAt,
    durationMs: report.durationMs,
    gaps: gapsOf(evidence),
    mutations: door.mutations(),
  };
  try {
    saveBundle(file, { manifest, evidence });
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
