// npx tsx test/stories/matrix-main.ts [STORY...] [--loss KIND...]: every story with every answer lacking in every way.
// Half a minute a story.
import { parseArgs } from 'node:util';
import {
  cellsOf,
  failOnFor,
  mustNotBe,
  outcome,
  recordings,
  type Outcome,
  type Recorded,
  type Verdict,
} from '../engine/ignorance-matrix.js';
import { LOSSES, type Loss } from '../engine/ignorance-loss.js';
import { table } from '../lab/table.js';

interface Row {
  readonly name: string;
  readonly loss: Loss | 'nothing';
  readonly what: string;
  readonly told: Outcome;
}

async function rowsOf(recorded: Recorded, losses: readonly string[]): Promise<readonly Row[]> {
  const { name } = recorded;
  const failOn = await failOnFor(recorded);
  const rows: Row[] = [{ name, loss: 'nothing', what: 'anything', told: await outcome(recorded, failOn) }];
  const cells = cellsOf(recorded.bundle).filter(({ loss }) => losses.includes(loss));
  for (const cell of cells) rows.push({ ...cell, name, told: await outcome(recorded, failOn, cell) });
  return rows;
}

const isBad = ({ told }: Row): boolean => mustNotBe(told.verdict);

/** `117 / 8 / 3`: told right, not known, a consequence named; `117 / 8 / 3 / 2` where there is what must not be. */
function counts(rows: readonly Row[]): string {
  const count = (verdict: Verdict): number => rows.filter(({ told }) => told.verdict === verdict).length;
  const bad = rows.filter(isBad).length;
  return [count('right'), count('not-known'), count('consequence'), ...(bad > 0 ? [bad] : [])].join(' / ');
}

/** Questions that only a lack made the engine ask: nobody recorded their answers, so they stay not known. */
function askedAnew(rows: readonly Row[]): number {
  const always = new Set(rows.find(({ loss }) => loss === 'nothing')?.told.unrecorded);
  return new Set(rows.flatMap(({ told }) => told.unrecorded).filter((key) => !always.has(key))).size;
}

const cellsOfTable = (name: string, rows: readonly Row[]): readonly string[] => [
  name,
  ...(['nothing', ...LOSSES] as const).map((loss) => counts(rows.filter((row) => row.loss === loss))),
  String(rows.find(({ loss }) => loss === 'nothing')?.told.unrecorded.length ?? 0),
  String(askedAnew(rows)),
];

const badText = ({ name, what, loss, told: { verdict, crashed, first, exitCode } }: Row): string =>
  `${verdict}: ${name} without ${what} (${loss}): ${crashed[0] ?? first}, exit ${exitCode}`;

async function main(wanted: readonly string[], losses: readonly string[]): Promise<number> {
  const began = Date.now();
  const rows: Row[] = [];
  const lines: (readonly string[])[] = [];
  for (const recorded of recordings(wanted)) {
    const own = await rowsOf(recorded, losses);
    const bad = own.filter(isBad);
    console.log([`${recorded.name}: ${counts(own)}`, ...bad.map(badText)].join('\n  '));
    lines.push(cellsOfTable(recorded.name, own));
    rows.push(...own);
  }
  console.log(
    '\nright / not known / a consequence first, its cause unseen / what must not be, by how the answers lack; questions that the recording has no answer to',
  );
  console.log(table(['story', 'nothing', ...LOSSES, 'not recorded', 'asked instead'], lines));
  const failed = rows.filter(isBad).length;
  console.log(`${rows.length - failed} passed, ${failed} failed in ${((Date.now() - began) / 1000).toFixed(0)} s`);
  return failed === 0 && rows.length > 0 ? 0 : 1;
}

const { values, positionals } = parseArgs({
  options: { loss: { type: 'string', multiple: true, default: [...LOSSES] } },
  allowPositionals: true,
});
process.exitCode = await main(positionals, values.loss);
