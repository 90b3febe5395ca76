// What a command may touch of the process it runs in. Tests hand in their own.
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `kubectl netdiag` when started by kubectl, else `netdiag`. */
  readonly name: string;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  readonly inIsTty: boolean;
  readonly columns: number | undefined;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly ask: (question: string) => Promise<string>;
  /** Aborts on SIGINT and SIGTERM; the reason is the exit code. */
  readonly signal: AbortSignal;
}
