// Disagreements that the oracle once found, shrunk to what they need: what the node told, and what its kernel did.
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { judge } from '../oracle/judge.js';
import type { Recorded } from '../oracle/record.js';

const FOLDER = new URL('captured/oracle/', import.meta.url);
const files = readdirSync(FOLDER);

test.each(files)('%s', (file) => {
  // At the JSON door: the oracle's own document.
  const recorded = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Recorded;
  expect(recorded.packets.length).toBeGreaterThan(0);
  expect(judge(recorded).filter(({ comparison }) => comparison.kind !== 'agree')).toEqual([]);
});
