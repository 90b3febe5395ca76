import type { Examined } from './examine.js';
import { table } from './table.js';

const HEAD = ['fault', 'expected', 'first finding', 'rank', 'cites', 'proven', 'seconds', 'product'];

/** The table and its totals. With a least share for top-1, single misses are forgiven as long as the share is reached. */
export function summary(
  rows: readonly Examined[],
  falseFindings: readonly string[],
  minTop1: number,
): { readonly text: string; readonly failed: number } {
  const counted = rows.filter(({ counts }) => counts);
  const top = (limit: number): number => counted.filter((row) => rightWithin(row, limit)).length;
  const share = counted.length === 0 ? 100 : (100 * top(1)) / counted.length;
  const unproven = rows.filter(({ proven }) => !proven).length;
  const missed = minTop1 > 0 ? Number(share < minTop1) : rows.filter(({ passed, proven }) => proven && !passed).length;
  const failed = unproven + missed + falseFindings.length;
  const of = (count: number): string => `${count} of ${counted.length}`;
  const totals = [
    `top-1 ${of(top(1))} (${share.toFixed(0)} %), top-3 ${of(top(3))}, evidence cites the object in ${of(counted.filter(({ cites }) => cites).length)}`,
    `no check yet: ${rows.length - counted.length}; not proven: ${unproven}`,
    `false findings on the healthy cluster: ${falseFindings.length}`,
    ...falseFindings.map((text) => `  ${text}`),
    `${Math.max(0, rows.length - unproven - missed)} passed, ${failed} failed`,
  ];
  return { text: `\n${table(HEAD, rows.map(cells))}\n\n${totals.join('\n')}`, failed };
}

const rightWithin = ({ fault, rank, passed }: Examined, limit: number): boolean =>
  fault.cause === 'none' ? passed : rank > 0 && rank <= limit;

const cells = (row: Examined): readonly string[] => [
  row.fault.id,
  row.expected,
  row.first,
  row.rank === 0 ? '-' : String(row.rank),
  row.cites ? 'yes' : 'no',
  row.proven ? 'yes' : 'no',
  row.seconds.toFixed(1),
  row.productSeconds.toFixed(1),
];
