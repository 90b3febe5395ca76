// Exit codes are the same for every output format. 1 is Node's own for a crash, so it never means "finding".
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  findings: 3,
  inconclusive: 4,
  unreachable: 5,
  interrupted: 130,
  terminated: 143,
} as const;

export const EXIT_MEANING: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, 'every required question was answered and nothing reaches --fail-on'],
  [EXIT.internal, 'our own error'],
  [EXIT.usage, 'the command line, a target, an id or a file is wrong'],
  [EXIT.findings, 'findings at or above --fail-on'],
  [EXIT.inconclusive, 'no such finding, but a required question was not answered'],
  [EXIT.unreachable, 'the API server is out of reach, or does not know us'],
  [EXIT.interrupted, 'interrupted (Ctrl-C)'],
  [EXIT.terminated, 'terminated'],
];
