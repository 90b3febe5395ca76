// Which source port a translated packet leaves with (get_unique_tuple): its own, unless the rule says otherwise.
import { type Frame, PORT_OF_RANGE, RANDOM_PORT } from './packet.js';

export interface SourcePorts {
  /** --random, --random-fully: drawn anew for every connection. */
  readonly random: boolean;
  readonly range?: readonly [low: number, high: number];
}

export function sourcePort({ random, range }: SourcePorts, { protocol, sport }: Frame): number {
  if (protocol === 'icmp') return sport;
  const [low, high] = range ?? [0, 65_535];
  if (!random && sport >= low && sport <= high) return sport;
  if (low === high) return low;
  // Ports below 1024 have ranges of their own.
  return range === undefined && sport >= 1024 ? RANDOM_PORT : PORT_OF_RANGE;
}
