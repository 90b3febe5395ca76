// Output of several files in one answer, each under a line that starts with an ASCII record separator.

/** No kernel file, and no valid JSON, holds this byte bare. */
const SEPARATOR = '\u001e';

export interface Frame {
  /** Empty for what stands before the first separator. */
  readonly name: string;
  readonly text: string;
}

export function frames(text: string): readonly Frame[] {
  const [first = '', ...rest] = text.split(SEPARATOR);
  const named = rest.map((piece) => {
    const end = piece.indexOf('\n');
    return end < 0 ? { name: piece, text: '' } : { name: piece.slice(0, end), text: piece.slice(end + 1) };
  });
  return [{ name: '', text: first }, ...named];
}

export const frameOf = (all: readonly Frame[], name: string): string =>
  all.find((each) => each.name === name)?.text ?? '';
