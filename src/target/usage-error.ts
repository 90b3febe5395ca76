// What the person at the keyboard can put right. Says the fact in one line and the remedy in the next.

/** 2: the question is wrong. 4: it cannot be answered. 5: the API server is out of reach or does not know us. */
export type UsageExit = 2 | 4 | 5;

export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly remedy: string | undefined;
  readonly exitCode: UsageExit;

  constructor(fact: string, remedy?: string, exitCode: UsageExit = 2) {
    super(fact);
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}
