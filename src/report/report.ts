// Everything a format needs, and nothing that waits. Every `-o` renders this one value.
import type { Agreement } from '../path/agreement.js';
import type { Gap } from '../evidence/evidence.js';
import type { Finding, Verdict } from '../layers/verdict.js';
import type { Rung } from '../evidence/evidence.js';

/** One stop of the packet on the strip: `pod/web → node/w1 → node/w2 → pod/api-x`. */
export interface StripHop {
  readonly name: string;
  /** ok: evidence says it passes; broken: refused or dropped here; unknown: blind. */
  readonly state: 'ok' | 'broken' | 'unknown';
  readonly says: string;
}
/** One flow that was examined: predicted beside observed. */
export interface FlowReport {
  readonly name: string;
  readonly observed: string;
  readonly predicted: string;
  readonly agree: Agreement;
  readonly hops: readonly StripHop[];
  /** The whole walk for `-o wide`: a line a step, indented by hop. */
  readonly steps: readonly {
    readonly hop: string;
    readonly says: string;
    readonly cites: string;
    /** Rules that led to the one which stops it, in order. */
    readonly trail?: readonly string[];
    /** Shows what is cited, when run in the hop's namespace. */
    readonly command?: string;
    readonly mark: 'ok' | 'stop' | 'unknown';
  }[];
}

export interface EvidenceNote {
  readonly id: string;
  readonly asked: string;
  readonly through: string;
}

export interface Report {
  readonly tool: { readonly name: 'kubectl-netdiag'; readonly version: string };
  readonly startedAt: string;
  readonly durationMs: number;
  readonly request: {
    readonly words: readonly string[];
    readonly source: string;
    readonly dest: string;
    readonly rung: Rung;
  };
  readonly context: string;
  readonly server: string;
  readonly status: 'ok' | 'findings' | 'inconclusive' | 'error';
  readonly exitCode: number;
  /** The first line: the cause, or that there is none, or why we cannot tell. */
  readonly headline: string;
  readonly findings: readonly Finding[];
  readonly flows: readonly FlowReport[];
  readonly verdicts: readonly Verdict[];
  /** Required questions that were not answered: why the exit code is 4. */
  readonly missing: readonly { readonly check: string; readonly subject: string; readonly why: string }[];
  /** What could not be seen, grouped by reason, whether required or not. */
  readonly unseen: readonly {
    readonly gap: Gap;
    readonly why: string;
    readonly checks: readonly string[];
    readonly subjects: readonly string[];
  }[];
  readonly mutations: readonly {
    readonly verb: 'created' | 'deleted' | 'left';
    readonly object: string;
    readonly command?: string;
  }[];
  readonly evidence: readonly EvidenceNote[];
  readonly counts: {
    readonly nodes: number;
    readonly checks: number;
    readonly rounds: number;
    readonly requests: number;
    readonly execs: number;
    readonly bytes: number;
  };
}
