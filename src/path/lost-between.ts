// Where between two nodes a connection was lost, as a clause; undefined when it was not lost there.
import type { Crossing } from './crossing.js';

export function lostBetween({ from, to, seenFrom, seenTo }: Crossing): string | undefined {
  if (seenFrom === 'unanswered' && seenTo === 'nothing')
    return `${from} sends it and ${to} never sees it: lost between them, outside of both`;
  if (seenFrom === 'unanswered' && seenTo === 'answered')
    return `${to} answers it and ${from} never sees the answer: lost between them on the way back, outside of both`;
  if (seenFrom === 'not-read' && seenTo === 'not-read')
    return `nothing on ${from} or ${to} stops it and yet no answer comes: lost between them, or by what neither shows`;
  return undefined;
}
