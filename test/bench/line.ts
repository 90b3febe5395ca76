// One line of the bench: what was measured, the limit it is held to, and whether it holds.

export interface Line {
  readonly what: string;
  readonly measured: string;
  /** Empty where none is set and the figure is only told. */
  readonly limit: string;
  readonly verdict: 'ok' | 'broken' | 'told' | 'not measured';
}

export const told = (what: string, measured: string): Line => ({ what, measured, limit: '', verdict: 'told' });
/** A bench that skips in silence would look as good as one that measures. */
export const skipped = (what: string, why: string): Line => ({
  what,
  measured: why,
  limit: '',
  verdict: 'not measured',
});

/** `measured` adds to the figure what it is made of. */
export function atMost(what: string, figure: number, held: { limit: number; unit: string; measured?: string }): Line {
  const { limit, unit, measured = '' } = held;
  const isOk = Number.isFinite(figure) && figure <= limit;
  const [shown, bound] = [rounded(figure), rounded(limit)].map((number) =>
    unit === '' ? number : `${number} ${unit}`,
  );
  return { what, measured: `${shown}${measured}`, limit: `<= ${bound}`, verdict: isOk ? 'ok' : 'broken' };
}

export function same(what: string, figures: readonly [number, number], unit = ''): Line {
  const [small, large] = figures;
  const isOk = Number.isFinite(small) && small > 0 && small === large;
  return {
    what,
    measured: `${large} ${unit}`.trim(),
    limit: `= ${small} ${unit}`.trim(),
    verdict: isOk ? 'ok' : 'broken',
  };
}

export const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;

const rounded = (figure: number): string => String(Number(figure.toFixed(figure < 100 ? 2 : 0)));

export function tableText(lines: readonly Line[]): string {
  const rows = [
    ['WHAT', 'MEASURED', 'LIMIT', ''],
    ...lines.map(({ what, measured, limit, verdict }) => [what, measured, limit, verdict]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
