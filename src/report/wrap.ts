import stringWidth from 'string-width';

/** Breaks at spaces only: a word that is too long stays whole, so that names and addresses can be copied. */
export function wrap(text: string, width: number): readonly string[] {
  return text
    .split('\n')
    .flatMap((line) => (line.length <= width && stringWidth(line) <= width ? [line] : wrapLine(line, width)));
}

function wrapLine(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const joined = current === '' ? word : `${current} ${word}`;
    if (current !== '' && stringWidth(joined) > width) {
      lines.push(current.trimEnd());
      current = word;
    } else current = joined;
  }
  return [...lines, current];
}

/** First line after `lead`, the others under it. */
export function hang(lead: string, text: string, width: number): readonly string[] {
  const indent = ' '.repeat(stringWidth(lead));
  return wrap(text, Math.max(20, width - indent.length)).map((line, at) => (at === 0 ? lead : indent) + line);
}

export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)));

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
