import { isRight, type Examined, type Judged } from './examine.js';
import type { Rung } from './product.js';
import { table } from './table.js';

const HEAD = ['fault', 'expected', 'first finding', 'rank', 'cites', 'path', 'proven', 'lab s', 'product s', 'verdict'];

interface Row {
  readonly examined: Examined;
  readonly judged: Judged | undefined;
}

/** A table for each rung and the totals. With a least share, single misses are forgiven as long as it is reached. */
export function summary(
  rows: readonly Examined[],
  { rungs, falseFindings, minTop1 }: { rungs: readonly Rung[]; falseFindings: readonly string[]; minTop1: number },
): { readonly text: string; readonly failed: number } {
  const unproven = rows.filter(({ proven }) => !proven).length;
  const parts = (rungs.length > 0 ? rungs : [undefined]).map((rung) => ofRung(rows, { rung, minTop1 }));
  const failed = parts.reduce((sum, part) => sum + part.failed, unproven + falseFindings.length);
  const passed = Math.max(0, parts.reduce((sum, part) => sum + part.count, 0) - failed);
  const totals = [
    `not proven: ${unproven}; no check yet: ${rows.filter(({ expected }) => expected === 'no check yet').length}`,
    `slowest from injection to health: ${slowest(rows)}`,
    `false findings on the healthy cluster: ${falseFindings.length}`,
    ...falseFindings.map((text) => `  ${text}`),
    `${passed} passed, ${failed} failed`,
  ];
  return { text: `\n${parts.map(({ text }) => text).join('\n\n')}\n\n${totals.join('\n')}`, failed };
}

function ofRung(
  examined: readonly Examined[],
  { rung, minTop1 }: { readonly rung: Rung | undefined; readonly minTop1: number },
): { readonly text: string; readonly failed: number; readonly count: number } {
  const rows: readonly Row[] = examined.map((one) => ({
    examined: one,
    judged: one.judged.find((each) => each.rung === rung),
  }));
  const judged = rows.flatMap((row) => row.judged ?? []);
  const right = judged.filter(isRight).length;
  const share = judged.length === 0 ? 100 : (100 * right) / judged.length;
  const missed = judged.length - right;
  const of = (test: (one: Judged) => boolean): string => `${judged.filter(test).length} of ${judged.length}`;
  const words = [
    `--probe ${rung ?? 'not run'}: top-1 ${of(({ verdict }) => verdict === 'first')}`,
    `top-3 ${of(({ verdict, rank }) => verdict === 'first' || (rank > 0 && rank <= 3))}`,
    `not known ${of(({ verdict }) => verdict === 'not known')}`,
    ...(rung === 'none' ? [`a consequence first ${of(({ verdict }) => verdict === 'consequence')}`] : []),
    `another first ${of(({ verdict }) => ['later', 'wrong'].includes(verdict) || (rung !== 'none' && verdict === 'consequence'))}`,
    `silent ${of(({ verdict }) => verdict === 'silent')}`,
    `evidence cites the object in ${of(({ cites }) => cites)}`,
  ];
  return {
    text: `${table(HEAD, rows.map(cells))}\n${words.join(', ')}${pathText(rows)}`,
    failed: minTop1 > 0 ? Number(share < minTop1) : missed,
    count: rows.length,
  };
}

function slowest(rows: readonly Examined[]): string {
  const sorted = rows.toSorted((a, b) => b.seconds - a.seconds).slice(0, 3);
  return sorted.map(({ fault, seconds }) => `${fault.id} ${seconds.toFixed(1)} s`).join(', ');
}

const cells = ({ examined, judged }: Row): readonly string[] => [
  examined.fault.id,
  examined.expected,
  judged?.first.slice(0, 60) ?? '-',
  judged && judged.rank > 0 ? String(judged.rank) : '-',
  judged ? yes(judged.cites) : '-',
  pathCell({ examined, judged }),
  yes(examined.proven),
  examined.seconds.toFixed(1),
  judged?.seconds.toFixed(1) ?? '-',
  judged ? `${judged.verdict}${judged.mentionsDecoy ? ', mentions a decoy' : ''}` : '-',
];

const yes = (is: boolean): string => (is ? 'yes' : 'no');

/** `not told`: by nature; the fault's file says why. */
function pathCell({ examined, judged }: Row): string {
  if (judged?.path) return yes(judged.path.holds);
  return typeof examined.fault.stopsAt === 'string' ? 'not told' : '-';
}

/** How many paths end where they were cut, and each that does not. */
function pathText(rows: readonly Row[]): string {
  const ends = rows.flatMap(({ examined, judged }) =>
    judged?.path ? [{ id: examined.fault.id, ...judged.path }] : [],
  );
  if (ends.length === 0) return '';
  const strayed = ends.filter(({ holds }) => !holds).map(({ id, words }) => `\n  the path of ${id} ends at ${words}`);
  return `\nthe path ends at the injected place in ${ends.length - strayed.length} of ${ends.length}${strayed.join('')}`;
}
