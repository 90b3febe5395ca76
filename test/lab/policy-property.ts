// npx tsx test/lab/policy-property.ts --sets 150 --seed N [--only 12,34] [--compare]: random policies, applied; all pairs
// predicted, and tried for real; and what the nodes have programmed, compared with the policies.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { enforcer as sampleEnforcer } from '../../src/checks/samples-policy.js';
import type { Enforcer } from '../../src/facts/policy.js';
import { ciliumVersion } from './cilium.js';
import { openLab } from './lab.js';
import { driftsIn } from './policy-drifts.js';
import { drawSet } from './policy-draw.js';
import { groundDown, groundUp, stage, type Stage } from './policy-ground.js';
import { explain, pairs } from './policy-pairs.js';
import { applySet } from './policy-programmed.js';
import { programmedFor } from './policy-shows.js';
import { disagreements } from './policy-tries.js';
import { forgetScene, newScene, type Scene } from './scene.js';

interface Tally {
  allowed: number;
  denied: number;
  unknown: number;
  readonly wrong: string[];
}

/** Of a set's disagreements that many are told with what the nodes have programmed; the others have one cause, mostly. */
const MOST_SHOWN = 2;

async function enforcerOf(scene: Scene): Promise<Enforcer> {
  const { policy } = scene.lab.flavour;
  if (policy === 'none') throw new Error('nobody enforces policies in this lab: npm run lab -- up --set B');
  if (policy === 'kube-router') return sampleEnforcer();
  const data = await scene.kubectl('get', 'configmap', 'cilium-config', '-n', 'kube-system', '-o', 'jsonpath={.data}');
  return sampleEnforcer({ name: 'cilium', says: 'cilium', version: ciliumVersion, settings: JSON.parse(data) });
}

async function playSet(
  scene: Scene,
  tally: Tally,
  set: { at: Stage; enforcer: Enforcer; seed: number; compare: boolean },
): Promise<void> {
  const { at, enforcer, seed, compare } = set;
  const drawn = drawSet(seed, at.ground);
  const policies = await applySet(scene, drawn, seed);
  const all = pairs({ at, policies, enforcer, lab: scene.lab });
  for (const { predicted } of all) {
    if (predicted.verdict === 'allow') tally.allowed += 1;
    else if (predicted.verdict === 'deny') tally.denied += 1;
    else tally.unknown += 1;
  }
  const wrong = await disagreements(scene, at, all);
  const nodes = at.nodes.map(({ name }) => name);
  const drifts = compare ? await driftsIn(scene, nodes, all) : [];
  if (wrong.length === 0 && drifts.length === 0) return;
  const told = wrong.map(async (pair, index) =>
    index < MOST_SHOWN ? `${explain(pair)}\n${await programmedFor(scene, at, pair)}` : explain(pair),
  );
  const head = `  seed ${seed}: ${wrong.length} disagreements, ${drifts.length} drifts`;
  const shown = drifts.slice(0, MOST_SHOWN).map((drift) => `    ${drift}`);
  const text = [head, ...(await Promise.all(told)), ...shown, `    ${JSON.stringify(drawn)}`].join('\n');
  tally.wrong.push(text);
  console.log(text);
}

async function main(): Promise<number> {
  const value = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({ options: { sets: value, seed: value, only: value, keep: flag, compare: flag } });
  const sets = Number(values.sets ?? 150);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
  // Sets that disagreed once, by their number.
  const indexes = values.only?.split(',').map(Number) ?? Array.from({ length: sets }, (_, index) => index);
  const started = Date.now();
  const lab = await openLab();
  const scene = await newScene(lab, 'policy-property', seed);
  const tally: Tally = { allowed: 0, denied: 0, unknown: 0, wrong: [] };
  try {
    const enforcer = await enforcerOf(scene);
    await groundUp(scene);
    const at = await stage(scene);
    console.log(`${sets} sets from seed ${seed}, enforced by ${enforcer.says}`);
    for (const index of indexes) {
      await playSet(scene, tally, { at, enforcer, seed: seed * 1000 + index, compare: values.compare === true });
      if ((index + 1) % 10 === 0)
        console.log(`  ${index + 1} sets, ${tally.wrong.length} wrong, ${Math.round((Date.now() - started) / 1000)} s`);
    }
  } finally {
    if (values.keep !== true) await groundDown(scene);
    forgetScene(lab, 'policy-property');
  }
  return conclude(tally, { sets: indexes.length, seed, seconds: (Date.now() - started) / 1000 });
}

function conclude(tally: Tally, { sets, seed, seconds }: { sets: number; seed: number; seconds: number }): number {
  const { allowed, denied, unknown, wrong } = tally;
  const total = allowed + denied + unknown;
  const share = (part: number): string => `${((part / total) * 100).toFixed(1)} %`;
  console.log(
    `${total} pairs in ${sets} sets of seed ${seed}, ${seconds.toFixed(0)} s: ${share(allowed)} allowed, ${share(denied)} denied, ${share(unknown)} not known, ${wrong.length} sets with disagreements or drifts`,
  );
  // Dice that deny nothing prove nothing.
  const isFair = allowed / total > 0.1 && denied / total > 0.1;
  if (!isFair) console.log('the draw is one-sided: at least a tenth must be allowed, and a tenth denied');
  return wrong.length > 0 || unknown / total > 0.05 || !isFair ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
