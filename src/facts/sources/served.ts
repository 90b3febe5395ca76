// Lists of kinds that a cluster may not have: RBAC says no before anybody looks whether there is such a kind.
import { Unanswerable, type Know } from '../fact.js';
import type { Jsonish } from '../read/untyped.js';
import { askList, askObject } from './api.js';

interface Kind {
  readonly path: string;
  /** `/apis/GROUP`: discovery, which everybody may read, tells whether the server has it. */
  readonly group: string;
  readonly fields?: readonly string[];
}

export function askServed(know: Know, { path, group, fields }: Kind): readonly Jsonish[] {
  try {
    return askList(know, path, fields);
  } catch (error) {
    if (!(error instanceof Unanswerable) || !error.gaps.some(({ kind }) => kind === 'forbidden')) throw error;
    if (askObject(know, group) !== undefined) throw error;
    return [];
  }
}
