// What became of a connection between two nodes, by what each of them tracks of it.
import type { Crossing, Seen } from './crossing.js';

/**
 * `there`, `back`: lost between the nodes, on that way. `arrived`: not lost on the way there, nor the answer on its way.
 * `unseen`: nobody could look. `open`: what was seen does not tell.
 */
export type Crossed = 'there' | 'back' | 'arrived' | 'unseen' | 'open';

export function crossed({ seenFrom, seenTo }: Pick<Crossing, 'seenFrom' | 'seenTo'>): Crossed {
  if (seenFrom === 'answered' || seenTo === 'unanswered') return 'arrived';
  if (seenFrom === 'unanswered' && seenTo === 'nothing') return 'there';
  if (seenFrom === 'unanswered' && seenTo === 'answered') return 'back';
  return seenFrom === 'not-read' && seenTo === 'not-read' ? 'unseen' : 'open';
}

export interface Lost {
  readonly says: string;
  /** What would prove the opposite, and the command that would print it. */
  readonly refute: string;
  readonly command: string;
}

/** Undefined when it was not lost between them. */
export function lostBetween(crossing: Crossing): Lost | undefined {
  const { from, to, commands } = crossing;
  const arrived = { refute: `on ${to} this would print such an entry, had the packet arrived`, command: commands.to };
  const answered = { refute: `on ${from} this would print an answered entry, had it arrived`, command: commands.from };
  switch (crossed(crossing)) {
    case 'there':
      return { says: `${from} sends it and ${to} never sees it: lost between them, outside of both`, ...arrived };
    case 'back': {
      const says = `${to} answers it and ${from} never sees the answer: lost between them on the way back, outside of both`;
      return { says, ...answered };
    }
    case 'unseen': {
      const says = `nothing on ${from} or ${to} stops it and yet no answer comes: lost between them, or by what neither shows`;
      return { says, ...arrived };
    }
    default:
      return undefined;
  }
}

/** What a node's tracking shows of the attempts. */
export const SHOWS: Readonly<Record<Seen, string>> = {
  nothing: 'no such attempt is tracked',
  unanswered: 'tracked, without an answer',
  answered: 'tracked, and answered',
  'not-read': 'could not be looked at',
};
