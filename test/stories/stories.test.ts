// What netdiag makes of clusters that were really broken, to the byte. A change that is meant is told anew, and read:
// npx tsx test/stories/retell.ts && git diff test/stories
import { statSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import type { ReportDocument } from '../../src/report/json.js';
import { allFaults } from '../lab/faults.js';
import { bundleIn, readGolden, stories, toldAgain, type NamedStory } from './story.js';

vi.setConfig({ testTimeout: 60_000 });

const all = stories();
const told = (cases: readonly NamedStory[]): [string, NamedStory][] => cases.map((story) => [story.name, story]);

test.each(told(all))('%s', async (_name, { dir }) => {
  const { text, json } = await toldAgain(dir);
  const golden = readGolden(dir);
  expect(text).toBe(golden.text);
  // Parsed first: where they differ, a person wants to see the field and not two lines of 200 KB.
  expect(JSON.parse(json)).toEqual(JSON.parse(golden.json));
  expect(json).toBe(golden.json);
});

test.each(told(all))('%s: the cause is ranked first, or nothing is said', (_name, { dir, cause }) => {
  const { findings }: Pick<ReportDocument, 'findings'> = JSON.parse(readGolden(dir).json);
  const loud = findings.filter(({ severity }) => severity !== 'risk');
  if (cause === 'none') expect(loud).toEqual([]);
  else expect(findings[0]?.id).toBe(cause);
});

test('a story is small enough to be cloned by everybody', () => {
  const large = all.filter(({ dir }) => statSync(bundleIn(dir)).size > 150_000).map(({ name }) => name);
  expect(large).toEqual([]);
});

test.each(['A', 'B', 'C'] as const)('every fault of set %s has its story', async (set) => {
  const here = (await allFaults()).filter(({ flavours }) => flavours.includes(set));
  const faults = here.map(({ id }) => `${id}-${set.toLowerCase()}`);
  const names = new Set(all.map(({ name }) => name));
  expect(faults.filter((name) => !names.has(name))).toEqual([]);
});
