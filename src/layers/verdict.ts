import type { Failure, Judgement, LayerId } from '../checks/check.js';
import type { Gap } from '../evidence/evidence.js';
import type { Subject } from '../target/subject.js';

interface Meeting {
  readonly check: string;
  readonly layer: LayerId;
  readonly subject: Subject;
  /** Ids of the evidence looked at. */
  readonly from: readonly string[];
}

/** What one check concluded about one subject. Exactly one of five kinds. */
export type Verdict = Meeting &
  (
    | Judgement
    | { readonly kind: 'unknown'; readonly gaps: readonly Gap[] }
    | { readonly kind: 'crashed'; readonly error: string }
  );
export type FailedVerdict = Meeting & Failure;

/** A failure worth telling, with what it explains beneath it. */
export interface Finding {
  readonly rank: number;
  /** Same illness, same subject, same fingerprint, run after run. */
  readonly fingerprint: string;
  readonly verdict: FailedVerdict;
  readonly effects: readonly Effect[];
}
export interface Effect {
  readonly fingerprint: string;
  readonly verdict: FailedVerdict;
  readonly because: string;
}
