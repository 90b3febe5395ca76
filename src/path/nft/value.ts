// Values of nft expressions, and whether one equals an element as nft writes them in JSON.
import type { Json, NftSet } from '../../facts/netfilter.js';
import { type JsonObject, isObject } from '../../facts/read/nft-object.js';
import { inCidr, ipNumber, parseCidr } from '../../facts/ip.js';

/** A concatenation is a list. `false` is what a look-up in the routes yields when it finds nothing. */
export type Value = string | number | false | readonly Value[];

export const isList = (value: Json | Value | undefined): value is readonly never[] => Array.isArray(value);
export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
export const numberOf = (value: Json | undefined): number => (typeof value === 'number' ? value : Number.NaN);

export interface Element {
  readonly key: Json;
  readonly data?: Json;
}

interface Index {
  readonly exact: ReadonlyMap<string, Element>;
  /** Prefixes, ranges, wildcards: looked through one by one. */
  readonly others: readonly Element[];
}
const indexes = new WeakMap<readonly Element[], Index>();

export function findElement(elements: readonly Element[], value: Value): Element | undefined {
  const index = indexes.get(elements) ?? indexed(elements);
  indexes.set(elements, index);
  const other = (): Element | undefined => index.others.find(({ key }) => matchesElement(key, value));
  return index.exact.get(keyOf(value)) ?? other();
}

function indexed(elements: readonly Element[]): Index {
  const exact = new Map<string, Element>();
  const others: Element[] = [];
  for (const element of elements) {
    const value = exactValue(element.key);
    if (value === undefined) others.push(element);
    else exact.set(keyOf(value), element);
  }
  return { exact, others };
}

const keyOf = (value: Value): string =>
  isList(value) ? (value as readonly Value[]).map(keyOf).join(' . ') : String(value);

function exactValue(key: Json): Value | undefined {
  if (typeof key === 'number') return key;
  if (typeof key === 'string') return key.endsWith('*') ? undefined : key;
  if (!isObject(key) || !isList(key['concat'])) return undefined;
  const parts = (key['concat'] as readonly Json[]).map(exactValue);
  return parts.includes(undefined) ? undefined : (parts as readonly Value[]);
}

/** An element of a set, or the right side of a comparison. */
export function matchesElement(element: Json, value: Value): boolean {
  // `exists` and `missing`, which nft prints as true and false.
  if (typeof element === 'boolean') return (value !== false) === element;
  if (typeof element === 'number') return value === element;
  if (typeof element === 'string') return matchesText(element, value);
  if (!isObject(element)) return false;
  if (isObject(element['elem'])) return matchesElement(element['elem']['val'] ?? null, value);
  if (isObject(element['prefix'])) return inPrefix(element['prefix'], value);
  if (isList(element['range'])) return inRange(element['range'] as readonly Json[], value);
  if (isList(element['set'])) return (element['set'] as readonly Json[]).some((each) => matchesElement(each, value));
  if (isList(element['concat']) && isList(value)) {
    const parts = value as readonly Value[];
    return (element['concat'] as readonly Json[]).every((each, at) => matchesElement(each, parts[at] ?? false));
  }
  return false;
}

function matchesText(element: string, value: Value): boolean {
  // The element that stands for everything not named.
  if (element === '*') return true;
  return element.endsWith('*') ? String(value).startsWith(element.slice(0, -1)) : String(value) === element;
}

function inPrefix(prefix: JsonObject, value: Value): boolean {
  const cidr = parseCidr(`${textOf(prefix['addr'])}/${numberOf(prefix['len'])}`);
  const ip = typeof value === 'string' ? ipNumber(value) : undefined;
  return cidr !== undefined && ip !== undefined && inCidr(ip, cidr);
}

function inRange([low, high]: readonly Json[], value: Value): boolean {
  const number = (each: Json | Value | undefined): number =>
    typeof each === 'number' ? each : (ipNumber(String(each)) ?? Number.NaN);
  return number(value) >= number(low) && number(value) <= number(high);
}

/** Elements of `@name`, `{set: […]}` or a bare list; undefined when the set is not in the table. */
export function elementsOf(data: Json, sets: ReadonlyMap<string, NftSet>): readonly Element[] | undefined {
  if (typeof data === 'string' && data.startsWith('@')) return sets.get(data.slice(1))?.elements;
  const list = isObject(data) ? data['set'] : data;
  if (!isList(list)) return undefined;
  const known = anonymous.get(list);
  if (known) return known;
  const elements = (list as readonly Json[]).map((item): Element =>
    isList(item) ? pairOf(item as readonly Json[]) : { key: bareKey(item) },
  );
  anonymous.set(list, elements);
  return elements;
}
const anonymous = new WeakMap<object, readonly Element[]>();

const pairOf = ([key = null, data = null]: readonly Json[]): Element => ({ key: bareKey(key), data });
const bareKey = (key: Json): Json => (isObject(key) && isObject(key['elem']) ? (key['elem']['val'] ?? null) : key);
