// npx tsx test/stories/matrix-main.ts [STORY...]: every story with every answer lacking in every way. Minutes, not seconds.
import {
  cellsOf,
  failOnFor,
  mustNotBe,
  outcome,
  recordings,
  VERDICTS,
  type Outcome,
  type Recorded,
} from '../engine/ignorance-matrix.js';
import { LOSSES, type Loss } from '../engine/ignorance-loss.js';
import { table } from '../lab/table.js';

interface Row {
  readonly name: string;
  readonly loss: Loss | 'nothing';
  readonly what: string;
  readonly told: Outcome;
}

async function rowsOf(recorded: Recorded): Promise<readonly Row[]> {
  const { name } = recorded;
  const failOn = await failOnFor(recorded);
  const rows: Row[] = [{ name, loss: 'nothing', what: '', told: await outcome(recorded, failOn) }];
  for (const cell of cellsOf(recorded.bundle))
    rows.push({ ...cell, name, told: await outcome(recorded, failOn, cell) });
  return rows;
}

/** `right 120, not-known 9`: only what happened. */
const counts = (rows: readonly Row[]): string =>
  VERDICTS.map((verdict) => [verdict, rows.filter(({ told }) => told.verdict === verdict).length] as const)
    .flatMap(([verdict, count]) => (count === 0 ? [] : [`${verdict} ${count}`]))
    .join(', ');

/** Questions that only a lack made the engine ask: nobody recorded their answers, so they stay not known. */
function askedAnew(rows: readonly Row[]): readonly string[] {
  const always = new Set(rows.find(({ loss }) => loss === 'nothing')?.told.unrecorded);
  return [...new Set(rows.flatMap(({ told }) => told.unrecorded))].filter((key) => !always.has(key));
}

function tellStory(name: string, rows: readonly Row[]): void {
  const whole = (['nothing', ...LOSSES] as const).map((loss) => [
    name,
    loss,
    counts(rows.filter((row) => row.loss === loss)),
  ]);
  console.log(table(['story', 'lost', 'verdicts'], whole));
  const [base] = rows;
  if (base && base.told.unrecorded.length > 0)
    console.log(`  older than today's program, which asks ${base.told.unrecorded.length} questions more`);
  console.log(`  asked only where another lacked its answer, and not recorded: ${askedAnew(rows).length}`);
  for (const { what, loss, told } of rows.filter((row) => mustNotBe(row.told.verdict)))
    console.log(`  ${told.verdict}: ${what} ${loss}: ${told.crashed[0] ?? told.first} (exit ${told.exitCode})`);
}

async function main(wanted: readonly string[]): Promise<number> {
  const began = Date.now();
  const rows: Row[] = [];
  for (const recorded of recordings(wanted)) {
    const own = await rowsOf(recorded);
    tellStory(recorded.name, own);
    rows.push(...own);
  }
  const failed = rows.filter(({ told }) => mustNotBe(told.verdict)).length;
  console.log(`\nall: ${counts(rows)} in ${((Date.now() - began) / 1000).toFixed(0)} s`);
  console.log(`${rows.length - failed} passed, ${failed} failed`);
  return failed === 0 && rows.length > 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
