// Paths of the API we read. Names are path-escaped here and nowhere else.
import type { Request } from '../../evidence/evidence.js';
import { Unanswerable, type Know } from '../fact.js';
import { at, list, parse, type Jsonish } from '../read/untyped.js';

const seg = encodeURIComponent;
export const objectRequest = (path: string): Request => ({ via: 'api', path, shape: 'object' });
export const listRequest = (path: string, fields?: readonly string[]): Request =>
  fields ? { via: 'api', path, shape: 'list', fields } : { via: 'api', path, shape: 'list' };

export const nodePath = (name: string): string => `/api/v1/nodes/${seg(name)}`;
export const namespaced = (group: string, namespace: string, kindAndName: string): string =>
  `${group === '' ? '/api/v1' : `/apis/${group}`}/namespaces/${seg(namespace)}/${kindAndName.split('/').map(seg).join('/')}`;
export const selected = (path: string, labels: Readonly<Record<string, string>>): string =>
  `${path}?labelSelector=${seg(
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  )}`;

/** One object, or undefined when the server says there is none. Anything else ends the source with the reason. */
export function askObject(know: Know, path: string): Jsonish | undefined {
  const [answer] = know.ask([objectRequest(path)]);
  if (!answer || answer.kind === 'absent') return undefined;
  if (answer.kind === 'refused') throw new Unanswerable([answer.gap]);
  return parseOrEnd(answer.text, path);
}

/** Items of a list. A 404 means that the server has no such kind: an empty list is then the truth. */
export function askList(know: Know, path: string, fields?: readonly string[]): readonly Jsonish[] {
  const [answer] = know.ask([listRequest(path, fields)]);
  if (!answer || answer.kind === 'absent') return [];
  if (answer.kind === 'refused') throw new Unanswerable([answer.gap]);
  return list(at(parseOrEnd(answer.text, path), 'items'));
}

/** A log or a metrics page, bounded by the server. */
export const textRequest = (path: string, maxBytes: number): Request => ({ via: 'api', path, shape: 'text', maxBytes });

export function askText(know: Know, path: string, maxBytes: number): string {
  const [answer] = know.ask([textRequest(path, maxBytes)]);
  if (!answer || answer.kind === 'absent')
    throw new Unanswerable([{ kind: 'unreadable', detail: `nothing at ${path}` }]);
  if (answer.kind === 'refused') throw new Unanswerable([answer.gap]);
  return answer.text;
}

function parseOrEnd(text: string, path: string): Jsonish {
  const value = parse(text);
  if (value === undefined) throw new Unanswerable([{ kind: 'unreadable', detail: `not JSON: the answer to ${path}` }]);
  return value;
}
