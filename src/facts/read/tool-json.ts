// The door through which JSON of a tool becomes typed: asks for a field, never trusts one.
import { unreadable, type Unreadable } from '../fact.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function parseJson(text: string, tool: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return unreadable(`${tool} did not print JSON: ${text.trim().slice(0, 160)}`);
  }
}

/** iproute2 prints a list of objects; nothing at all for none in old versions, and `{}` for what a filter left out. */
export function parseRecords(text: string, tool: string): readonly JsonObject[] | Unreadable {
  if (text.trim() === '') return [];
  const value = parseJson(text, tool);
  if (!Array.isArray(value)) {
    return isObject(value) && typeof value['unreadable'] === 'string'
      ? unreadable(value['unreadable'])
      : unreadable(`${tool} printed no list: ${text.trim().slice(0, 160)}`);
  }
  return value.filter(isObject).filter((record) => Object.keys(record).length > 0);
}

export const textOf = (record: JsonObject, key: string): string | undefined => {
  const value = record[key];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
};
export const numberOf = (record: JsonObject, key: string): number | undefined => {
  const value = record[key];
  return typeof value === 'number' ? value : undefined;
};
export const objectOf = (record: JsonObject, key: string): JsonObject | undefined => {
  const value = record[key];
  return isObject(value) ? value : undefined;
};
export const objectsOf = (record: JsonObject, key: string): readonly JsonObject[] => {
  const value = record[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
};
export const textsOf = (record: JsonObject, key: string): readonly string[] => {
  const value = record[key];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
};

/** As T, but what is optional may be given as undefined. */
type Sparse<T> = { [K in keyof T]: Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K] };

/** Without the keys whose value is undefined: to every reader of facts a key left out means "the tool does not tell". */
export function present<T extends object>(value: Sparse<T>): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
