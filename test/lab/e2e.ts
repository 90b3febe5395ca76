// npm run e2e: the product against every fault of a flavour, and against the healthy cluster, where it must say nothing.
import { parseArgs } from 'node:util';
import { decoysDown, decoysUp } from './decoys.js';
import { examine, type Examined } from './examine.js';
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
  readonly rung: Rung;
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
  console.log(`set ${lab.flavour.set}, seed ${asked.seed}, --probe ${asked.rung}: ${faults.length} faults`);
  await heal(lab);
  await decoysUp(lab);
  const rows: Examined[] = [];
  try {
    const falseBefore = missing === undefined ? await healthyFindings(lab, asked.rung) : [];
    for (const fault of faults) {
      const row = await examine(lab, fault, {
        seed: asked.seed + rows.length,
        rung: asked.rung,
        product: missing === undefined,
      });
      console.log(`${row.passed ? 'ok    ' : 'FAILED'} ${fault.id} ${row.seconds.toFixed(1)} s  ${row.words}`);
      rows.push(row);
    }
    const { text, failed } = summary(rows, falseBefore, asked.minTop1);
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
const rung = values.rung ?? 'node';
const only = values.only === undefined ? [] : values.only.split(',');
process.exitCode = await (async () => {
  requireRoot();
  if (rung !== 'node' && rung !== 'exec' && rung !== 'none')
    throw new Error(`--rung ${rung}: choose node, exec or none`);
  return e2e(await theLab(values.set), {
    globs: values.smoke === true && only.length === 0 ? SMOKE : only,
    seed: Number(values.seed ?? Math.floor(Math.random() * 1_000_000)),
    rung,
    minTop1: Number(values['min-top1'] ?? 0),
  });
})().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  return 2;
});
