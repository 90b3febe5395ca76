/** Why what was asked cannot be examined: the user's to correct, so it is told as a usage error. */
export type Refusal =
  | {
      readonly kind: 'absent';
      readonly what: string;
      readonly name: string;
      readonly namespace?: string;
      readonly similar: readonly string[];
    }
  | {
      readonly kind: 'several-ports';
      readonly what: string;
      readonly ports: readonly { readonly name: string; readonly port: number }[];
    }
  | {
      readonly kind: 'no-such-port';
      readonly what: string;
      readonly wanted: string;
      readonly ports: readonly { readonly name: string; readonly port: number }[];
    }
  | { readonly kind: 'no-port'; readonly what: string }
  | { readonly kind: 'no-running-pod'; readonly what: string; readonly pods: number }
  | { readonly kind: 'same-ends'; readonly what: string };

/** Thrown through a source; the evaluator never sees it, `scope` turns it into its value. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.kind);
  }
}
