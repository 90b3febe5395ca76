// The door through which untyped JSON comes in: small getters that never throw and never guess.

export type Jsonish = unknown;

export const obj = (value: Jsonish): Readonly<Record<string, Jsonish>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, Jsonish>) : {};
export const list = (value: Jsonish): readonly Jsonish[] => (Array.isArray(value) ? value : []);
export const text = (value: Jsonish): string | undefined => (typeof value === 'string' ? value : undefined);
export const number = (value: Jsonish): number | undefined => (typeof value === 'number' ? value : undefined);
export const flag = (value: Jsonish): boolean => value === true;

/** `at(pod, 'spec', 'nodeName')`: a path through objects, undefined where it ends early. */
export const at = (value: Jsonish, ...path: readonly string[]): Jsonish =>
  path.reduce<Jsonish>((inner, key) => obj(inner)[key], value);

export function strings(value: Jsonish): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(obj(value)).flatMap(([key, inner]) => (typeof inner === 'string' ? [[key, inner] as const] : [])),
  );
}
export const texts = (value: Jsonish): readonly string[] => list(value).flatMap((inner) => text(inner) ?? []);

/** The whole answer, or undefined when it is not JSON at all. */
export function parse(raw: string): Jsonish {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}
/** Exact optional properties forbid `key: undefined`; this leaves such keys out. */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as never;
}
