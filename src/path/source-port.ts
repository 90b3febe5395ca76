// Which source port a translated packet leaves with (get_unique_tuple): its own, unless the rule says otherwise.
import { type Frame, RANDOM_PORT } from './packet.js';

export interface SourcePorts {
  /** --random, --random-fully: drawn anew for every connection. */
  readonly random: boolean;
  readonly range?: readonly [low: number, high: number];
}

export function sourcePort({ random, range }: SourcePorts, { protocol, sport }: Frame): number {
  if (protocol === 'icmp') return sport;
  const [low, high] = range ?? [0, 65_535];
  if (!random && sport >= low && sport <= high) return sport;
  return low === high ? low : RANDOM_PORT;
}
