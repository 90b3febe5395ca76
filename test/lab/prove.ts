// Faults against a plain client: healthy, injected, seen, still there, healed, healthy. Our product has no part in it.
import { decoysDown, decoysUp } from './decoys.js';
import { faultsLike } from './faults.js';
import type { Lab } from './lab.js';
import { play, type Played } from './play.js';
import { table } from './table.js';

export interface ProveOptions {
  readonly seed?: number;
}

export async function prove(lab: Lab, globs: readonly string[], options: ProveOptions = {}): Promise<number> {
  const seed = options.seed ?? Math.floor(Math.random() * 1_000_000);
  const faults = (await faultsLike(globs)).filter(({ flavours }) => flavours.includes(lab.flavour.set));
  console.log(`set ${lab.flavour.set}, seed ${seed}: ${faults.length} faults`);
  await decoysUp(lab);
  const played: Played[] = [];
  try {
    for (const fault of faults) {
      const one = await play(lab, fault, { seed: seed + played.length });
      console.log(`${one.passed ? 'proven' : 'FAILED'} ${fault.id} ${one.seconds.toFixed(1)} s  ${one.words}`);
      played.push(one);
    }
  } finally {
    await decoysDown(lab);
  }
  console.log(`\n${table(['fault', 'seed', 'proven', 'seconds', 'the client’s words'], played.map(row))}`);
  const failed = played.filter(({ passed }) => !passed).length;
  console.log(`${played.length - failed} passed, ${failed} failed`);
  return failed === 0 && played.length > 0 ? 0 : 1;
}

const row = ({ fault, seed, passed, seconds, words }: Played): readonly string[] => [
  fault.id,
  String(seed),
  passed ? 'yes' : 'no',
  seconds.toFixed(1),
  words.slice(0, 90),
];
