// Two independent faults at once, both on the way of one flow: two findings, neither folded under the other.
import { faultsLike, tidy } from '../faults.js';
import type { Lab } from '../lab.js';
import { productRun } from '../product.js';
import { newScene } from '../scene.js';
import { healthy } from '../play.js';
import type { Fault } from '../fault.js';
import type { Trial } from './trial.js';

/** The flow is the second one's; the first must lie on it too. */
const PAIRS = [
  ['coredns-down', 'selector-matches-nothing'],
  ['fdb-entry-gone', 'service-rules-stale'],
  ['underlay-drops-pod-addresses', 'service-rules-stale'],
  ['underlay-drops-overlay', 'cilium-backend-missing'],
  ['conntrack-full', 'selector-matches-nothing'],
] as const;

export const pairs: Trial = {
  name: 'pairs',
  shows: 'two independent faults at once are two findings, and neither is folded under the other',
  async run(lab, seed, say) {
    for (const names of PAIRS) {
      const [first, second] = await Promise.all(names.map(async (name) => (await faultsLike([name]))[0]!));
      if (!first || !second || ![first, second].every(({ flavours }) => flavours.includes(lab.flavour.set))) continue;
      const ids = await together(lab, { first, second, seed });
      const passed = [first, second].every(({ cause }) => ids.includes(cause));
      say({
        name: names.join(' and '),
        passed,
        words: `wanted ${first.cause} and ${second.cause}, told ${ids.join(', ') || 'nothing'}`,
      });
    }
  },
};

interface Pair {
  readonly first: Fault;
  readonly second: Fault;
  readonly seed: number;
}

async function together(lab: Lab, { first, second, seed }: Pair): Promise<readonly string[]> {
  const scenes = [];
  try {
    for (const fault of [first, second]) {
      const scene = await newScene(lab, fault.id, seed);
      scenes.push({ fault, scene });
      await fault.prepare?.(scene);
      await fault.inject(scene);
    }
    const { scene } = scenes.at(-1)!;
    const { findings } = await productRun(lab, second.flow(scene));
    return findings.map(({ id }) => id);
  } finally {
    for (const { fault, scene } of scenes.toReversed()) {
      await fault.heal(scene);
      await healthy(scene, fault.flow(scene), 'after').catch(() => undefined);
      await tidy(fault, scene);
    }
  }
}
