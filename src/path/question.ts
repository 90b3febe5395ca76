// The name of a question that what was read leaves open: equal names have one answer.
import type { Sight } from './chain.js';
import type { Frame } from './packet.js';

/** One open question about one packet has one answer; its answer's packet is another. */
export const doubtOn = ({ protocol, src, sport }: Frame, { netns }: Sight, doubt: string): string =>
  `${netns.id} ${protocol} from ${src}:${sport}: ${doubt}`;
