// A frozen mistake is still a mistake: no golden may hold what only a bug prints.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

// nft's own JSON, which is cited as it stands, writes a verdict as `"drop":null`.
const MISTAKES = /\bundefined\b|(?<!":)\bnull\b|\bNaN\b|\bNone\b|\[object |\bInfinity\b/;

const goldens = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => /(^|[/\\])golden/.test(name) && /\.(txt|json|yaml|md)$/.test(name))
  .map((name) => join('test', name));

test.each(goldens)('%s reads as prose', (name) => {
  const lines = readFileSync(name, 'utf8').split('\n');
  expect(lines.filter((line) => MISTAKES.test(line))).toEqual([]);
});

test('there are goldens to read', () => {
  expect(goldens.length).toBeGreaterThan(5);
});
