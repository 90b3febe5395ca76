// Which of Cilium's programs looks at a frame that arrives by a link.
import { type Journey, type Scenario, unsure } from '../scenario.js';
import { type CiliumState, mapsUnread, wireKey } from '../world.js';
import { type At, fromPod } from './link.js';
import { fromNetwork } from './node-port.js';

/** What the program at this link does with it; undefined where no program of Cilium's looks at it. */
export function byPrograms(
  journey: Journey,
  scenario: Scenario,
  at: Omit<At, 'ebpf'> & { readonly ebpf: CiliumState | 'not-read' },
): readonly Scenario[] | undefined {
  const { netns, ebpf, link } = at;
  const isPodLink = journey.world.podLinks.has(wireKey(netns.id, link));
  if (ebpf === 'not-read')
    return isPodLink
      ? [unsure(scenario, `what Cilium on ${netns.id} does at ${link}: ${mapsUnread(netns)}`)]
      : undefined;
  return isPodLink ? [fromPod(journey, scenario, { ...at, ebpf })] : fromNetwork(journey, scenario, { ...at, ebpf });
}
