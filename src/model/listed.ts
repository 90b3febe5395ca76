// Names in a sentence.

/** `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`: whoever reads it has no use for the fiftieth. */
export function listed(items: readonly string[], most = 3): string {
  const shown = items.length <= most + 1 ? items : [...items.slice(0, most), `${items.length - most} more`];
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

/** `1 pod`, `3 pods`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;
