// Lines of `key value key value flag …`, as iproute2 prints them.

export interface Words {
  /** Values by key. */
  readonly values: Readonly<Record<string, string>>;
  /** Words that are neither a key nor a value. */
  readonly flags: readonly string[];
}

export const split = (line: string): readonly string[] =>
  line
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');

/** Only the keys named take a value: which words do is the tool's grammar. */
export function words(tokens: readonly string[], keys: ReadonlySet<string>): Words {
  const values: Record<string, string> = {};
  const flags: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? '';
    if (keys.has(token)) values[token] = tokens[++at] ?? '';
    else flags.push(token);
  }
  return { values, flags };
}
