// npm run e2e: the product against every fault of a flavour, and against the healthy cluster, where it must say nothing.
import { parseArgs } from 'node:util';
import { decoysDown, decoysUp } from './decoys.js';
import { examine, isRight, type Examined } from './examine.js';
import type { Fault } from './fault.js';
import { faultsLike, heal } from './faults.js';
import { flavourOf } from './flavours.js';
import { healthyFindings } from './healthy.js';
import { labUp, openLab, readState, type Lab } from './lab.js';
import { requireRoot } from './packages.js';
import { productMissing, type Rung } from './product.js';
import { say } from './say.js';
import { settings } from './settings.js';
import { summary } from './summary.js';

interface Asked {
  readonly globs: readonly string[];
  readonly seed: number;
  readonly rungs: readonly Rung[];
  readonly minTop1: number;
}

/** One of each layer that is quick: enough to know that lab and product still fit. */
const SMOKE = ['selector-matches-nothing', 'listens-on-loopback', 'policy-denies', 'underlay-drops-*', 'coredns-down'];

async function theLab(set: string | undefined): Promise<Lab> {
  if (set === undefined && readState(settings())?.phase === 'up') return openLab();
  return labUp(flavourOf({ set: set ?? 'A' })!);
}

async function e2e(lab: Lab, asked: Asked): Promise<number> {
  const here = ({ flavours }: Fault): boolean => flavours.includes(lab.flavour.set);
  const faults = (await faultsLike(asked.globs)).filter(here);
  const missing = productMissing();
  if (missing !== undefined) say(`${missing}; faults only prove themselves`);
  const rungs = missing === undefined ? asked.rungs : [];
  console.log(`set ${lab.flavour.set}, seed ${asked.seed}, --probe ${rungs.join(', ')}: ${faults.length} faults`);
  await heal(lab);
  await decoysUp(lab);
  const rows: Examined[] = [];
  try {
    const falseFindings: string[] = [];
    for (const rung of rungs) falseFindings.push(...(await healthyFindings(lab, rung)));
    for (const fault of faults) {
      const row = await examine(lab, fault, { seed: asked.seed + rows.length, rungs });
      const passed = row.proven && row.judged.every(isRight);
      const said = row.judged.map(({ rung, verdict, first, path }) => {
        const strays = path?.holds === false ? `, path ends at ${path.words}` : '';
        return `${rung}: ${verdict} (${first})${strays}`;
      });
      console.log(
        `${passed ? 'ok    ' : 'FAILED'} ${fault.id} ${row.seconds.toFixed(1)} s  ${said.join(', ')}; ${row.words}`,
      );
      rows.push(row);
    }
    const { text, failed } = summary(rows, { rungs, falseFindings, minTop1: asked.minTop1 });
    console.log(text);
    return failed === 0 ? 0 : 1;
  } finally {
    await decoysDown(lab);
  }
}

const value = { type: 'string' } as const;
const { values } = parseArgs({
  options: { set: value, only: value, seed: value, rung: value, 'min-top1': value, smoke: { type: 'boolean' } },
});
const rungs = (values.rung ?? 'node').split(',').map((rung): Rung => {
  if (rung !== 'node' && rung !== 'exec' && rung !== 'none')
    throw new Error(`--rung ${rung}: choose node, exec or none, or several with commas`);
  return rung;
});
const only = values.only === undefined ? [] : values.only.split(',');
process.exitCode = await (async () => {
  requireRoot();
  return e2e(await theLab(values.set), {
    globs: values.smoke === true && only.length === 0 ? SMOKE : only,
    seed: Number(values.seed ?? Math.floor(Math.random() * 1_000_000)),
    rungs,
    minTop1: Number(values['min-top1'] ?? 0),
  });
})().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  return 2;
});
