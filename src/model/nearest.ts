// What a selector that matches nothing might have meant.
import type { PodObject } from '../facts/kube.js';

export interface Near {
  readonly pod: PodObject;
  /** Labels of the selector which the pod lacks or has with another value. */
  readonly differs: readonly { readonly key: string; readonly wanted: string; readonly found?: string }[];
}

/** Pods that agree with the selector in something, or have the same keys: the closest first. */
export function nearest(selector: Readonly<Record<string, string>>, pods: readonly PodObject[]): readonly Near[] {
  const wanted = Object.entries(selector);
  return pods
    .map((pod) => ({ pod, differs: wanted.flatMap(([key, value]) => difference(pod.labels, key, value)) }))
    .filter(
      ({ differs }) => differs.length < wanted.length || differs.some(({ found, wanted: value }) => near(found, value)),
    )
    .toSorted((a, b) => a.differs.length - b.differs.length || a.pod.name.localeCompare(b.pod.name));
}

function difference(labels: Readonly<Record<string, string>>, key: string, wanted: string): Near['differs'] {
  const found = labels[key];
  if (found === wanted) return [];
  return [found === undefined ? { key, wanted } : { key, wanted, found }];
}

/** A typing mistake keeps the beginning or the end: `ap1` for `api`, `api-v1` for `api`. */
const near = (found: string | undefined, wanted: string): boolean =>
  found !== undefined && (found.slice(0, 2) === wanted.slice(0, 2) || found.slice(-3) === wanted.slice(-3));

export const selectorText = (selector: Readonly<Record<string, string>>): string =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
