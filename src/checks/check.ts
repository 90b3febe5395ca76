// The contract of a check: the one file a contributor must read.
import type { FactKey, FactsAbout } from '../facts/fact.js';
import type { Subject, SubjectKind } from '../target/subject.js';

export type LayerId = 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7';

/** outage: traffic fails now. degraded: some of it does. risk: it will, under a load or a change we can foresee. */
export type Severity = 'outage' | 'degraded' | 'risk';

/** observed: seen to fail. programmed: what a node holds says so. declared: the API's objects say so. */
export type Confidence = 'observed' | 'programmed' | 'declared';

/** Something to do. The first fix of a finding only reads. */
export interface Step {
  readonly text: string;
  readonly command?: string;
  readonly risk: 'reads' | 'restarts' | 'changes';
}
export const reads = (text: string, command?: string): Step => step('reads', text, command);
export const restarts = (text: string, command?: string): Step => step('restarts', text, command);
export const changes = (text: string, command?: string): Step => step('changes', text, command);
const step = (risk: Step['risk'], text: string, command?: string): Step =>
  command === undefined ? { text, risk } : { text, command, risk };

/** The very rule, link, route or object a judgement rests on, and the command that shows it. */
export interface Cite {
  /** Where: a node, a pod, or `api`. */
  readonly on: string;
  readonly shows: string;
  readonly command: string;
}

export interface Failure {
  readonly kind: 'fail';
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** A lower-case clause with the numbers in it. */
  readonly says: string;
  readonly cites: readonly Cite[];
  readonly fix: readonly Step[];
  /** A command whose output would prove us wrong, and what it would then print. */
  readonly refute: Step;
  /** Other subjects this is about: the node where the rule stands, the pod that should listen. */
  readonly also?: readonly Subject[];
}

/** What a check may answer. `unknown` is missing on purpose: only the walk gives that answer. */
export type Judgement =
  | { readonly kind: 'pass'; readonly says: string }
  | Failure
  /** The check's question does not arise here: no such device, another mode, another CNI. */
  | { readonly kind: 'skip'; readonly says: string };

export const pass = (says: string): Judgement => ({ kind: 'pass', says });
export const skip = (says: string): Judgement => ({ kind: 'skip', says });
export const fail = (failure: Omit<Failure, 'kind'>): Judgement => ({ kind: 'fail', ...failure });

export interface Declaration {
  /** Names the illness. Equals the file name, the docs page and the `--select` argument. */
  readonly id: string;
  readonly layer: LayerId;
  /** States health: printed after a tick when the check passes. */
  readonly title: string;
  /** Left out of a run about one flow or object: it reads every namespace. */
  readonly wide?: true;
  readonly explain: {
    readonly looksAt: string;
    readonly matters: string;
    /** What looks like it but is not. */
    readonly misleads?: string;
  };
}
type Known<K extends SubjectKind, N extends FactKey<K>> = Readonly<Pick<FactsAbout[K], N>>;

export interface Check<K extends SubjectKind, N extends FactKey<K>> extends Declaration {
  readonly about: K;
  /** The only facts `judge` receives. What is collected is the union of these. */
  readonly needs: readonly N[];
  readonly judge: (facts: Known<K, N>, subject: Subject<K>) => Judgement;
  /** Run by one test for all checks; printed on the docs page. */
  readonly examples: {
    readonly subject: Subject<K>;
    readonly fails: Known<K, N>;
    readonly passes: Known<K, N>;
  };
}

/** A check whose types are forgotten. `never`: only the walk, which built the facts, may call it. */
export interface AnyCheck extends Declaration {
  readonly about: SubjectKind;
  readonly needs: readonly string[];
  readonly judge: (facts: never, subject: never) => Judgement;
  readonly examples: { readonly subject: Subject; readonly fails: object; readonly passes: object };
}

/** Does nothing at run time. At compile time it lets `judge` read its `needs` and nothing else. */
export const defineCheck = <K extends SubjectKind, const N extends FactKey<K>>(check: Check<K, N>): Check<K, N> =>
  check;
