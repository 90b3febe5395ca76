// The only way a word from a cluster gets into a shell script: quoted, always.

/** A piece of script that is already script. Never made from a name. */
export interface Verbatim {
  readonly verbatim: string;
}
export const verbatim = (script: string): Verbatim => ({ verbatim: script });

export type Word = string | number | Verbatim | readonly (string | number)[];

/** Everything between single quotes is literal in POSIX sh but the single quote itself: it is closed, escaped, reopened. */
export function quote(word: string): string {
  // No argument can hold a NUL (execve ends there), so one that does would reach the program cut short.
  if (word.includes('\0')) throw new TypeError('a word for a shell may not hold a NUL');
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Script text as written, with every value quoted; of a list, each element. */
export const sh = (text: TemplateStringsArray, ...values: readonly Word[]): string => join(text.raw, values, quote);

/** The same for people to read: words that need no quotes go without. */
export const shown = (text: TemplateStringsArray, ...values: readonly Word[]): string =>
  join(text.raw, values, quoteIfNeeded);

function join(text: readonly string[], values: readonly Word[], quoted: (word: string) => string): string {
  const words = values.map((value) => {
    if (typeof value === 'object' && 'verbatim' in value) return value.verbatim;
    return [value].flat().map(String).map(quoted).join(' ');
  });
  return text.map((piece, at) => piece + (words[at] ?? '')).join('');
}

function quoteIfNeeded(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quote(word);
}
