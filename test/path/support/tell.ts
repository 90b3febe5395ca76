// A prediction in a few lines, for tests to compare and for people to read.
import type { Branch, Hop, Outcome, Prediction } from '../../../src/path/prediction.js';

const outcomeText = (outcome: Outcome): string => {
  switch (outcome.kind) {
    case 'delivered':
      return `delivered to ${outcome.netns} ${outcome.address}:${outcome.port}`;
    case 'unknown':
      return `unknown: ${outcome.undecided.join('; ')}`;
    case 'refused':
      return `refused (${outcome.how}) in ${outcome.netns} by ${outcome.by}`;
    default:
      return `${outcome.kind} in ${outcome.netns} by ${outcome.by}`;
  }
};

export const branchLine = ({ probability, outcome, reply, symptom }: Branch): string =>
  `${probability.toFixed(3)} ${outcomeText(outcome)}${reply ? `, answer ${outcomeText(reply.outcome)}` : ''} => ${symptom}`;

export const summary = (prediction: Prediction): readonly string[] => prediction.branches.map(branchLine);

export const hopLines = (hops: readonly Hop[]): readonly string[] =>
  hops.flatMap(({ netns, steps }) => [
    netns,
    ...steps.map(({ kind, says, cites }) => `  ${kind}: ${says}${cites === undefined ? '' : ` [${cites}]`}`),
  ]);

export const walkLines = (branch: Branch): readonly string[] => [
  branchLine(branch),
  ...hopLines(branch.hops),
  ...(branch.reply ? ['-- answer', ...hopLines(branch.reply.hops)] : []),
];
