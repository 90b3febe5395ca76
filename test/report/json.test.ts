import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { renderJson, reportDocument } from '../../src/report/json.js';
import { renderMarkdown } from '../../src/report/markdown.js';
import { readReport } from '../../src/report/read-json.js';
import { REPORT_SCHEMA } from '../../src/report/schema.js';
import type { View } from '../../src/report/style.js';
import { renderText, renderWide } from '../../src/report/text.js';
import { renderYaml } from '../../src/report/yaml.js';
import { BROKEN, HEALTHY, INCONCLUSIVE } from '../support/sample-report.js';
import { validate } from '../support/validate.js';

const VIEW: View = {
  colour: false,
  unicode: true,
  width: 80,
  showPassed: true,
  verbose: true,
  minSeverity: 'risk',
  titleOf: (id) => (id === 'port-not-listened' ? 'the target port is listened on' : ''),
};
const REPORTS = { BROKEN, HEALTHY, INCONCLUSIVE };

test.each(Object.entries(REPORTS))('%s keeps the schema', (_, report) => {
  expect(validate(JSON.parse(renderJson(report, VIEW)), REPORT_SCHEMA)).toEqual([]);
});

test('the schema refuses what is not a report', () => {
  const { verdict: _, ...headless } = reportDocument(BROKEN, VIEW.titleOf);
  expect(validate(headless, REPORT_SCHEMA)).toEqual(['$: no verdict']);
  const loud = { ...reportDocument(HEALTHY, VIEW.titleOf), durationMs: '1 s' };
  expect(validate(loud, REPORT_SCHEMA)).toEqual([
    '$.durationMs: type "number", got "1 s"',
    '$.durationMs: minimum 0, got "1 s"',
  ]);
});

test('json is one document in one line-terminated write', () => {
  const text = renderJson(BROKEN, VIEW);
  expect(text.endsWith('}\n')).toBe(true);
  expect(text.match(/\n\n/)).toBeNull();
});

test('json golden', async () => {
  await expect(renderJson(BROKEN, VIEW)).toMatchFileSnapshot('goldens/broken.json');
});

test('markdown goldens', async () => {
  await expect(renderMarkdown(BROKEN, VIEW)).toMatchFileSnapshot('goldens/broken.md');
  await expect(renderMarkdown(INCONCLUSIVE, VIEW)).toMatchFileSnapshot('goldens/inconclusive.md');
});

test('yaml says what json says', () => {
  expect(load(renderYaml(BROKEN, VIEW))).toEqual(JSON.parse(renderJson(BROKEN, VIEW)));
});

test('a cause and its consequence point to each other by fingerprint', () => {
  const { findings, consequences } = reportDocument(BROKEN, VIEW.titleOf);
  expect(findings.map(({ rank, fingerprint, effects }) => [rank, fingerprint, effects])).toEqual([
    [1, 'a1b2c3d4', ['b2c3d4e5']],
    [2, 'c3d4e5f6', []],
  ]);
  expect(consequences.map(({ id, causes }) => [id, causes])).toEqual([['connection-refused', ['a1b2c3d4']]]);
});

test.each(Object.entries(REPORTS))('%s read back is told in the same words', (_, report) => {
  const read = readReport(JSON.parse(renderJson(report, VIEW)));
  if ('refused' in read) throw new Error(read.refused);
  for (const render of [renderText, renderWide, renderMarkdown, renderJson]) {
    expect(render(read.report, { ...VIEW, titleOf: read.titleOf })).toBe(render(report, VIEW));
  }
});

test('a report of a newer schema is refused, an older minor one is not', () => {
  const document = reportDocument(HEALTHY, VIEW.titleOf);
  expect(readReport({ ...document, schemaVersion: '2.0' })).toEqual({ refused: 'newer', newer: '2.0' });
  expect(readReport({ ...document, schemaVersion: '1.9' })).toHaveProperty('report');
  expect(readReport({ kind: 'List' })).toEqual({
    refused: 'it is not a report: apiVersion netdiag/v1 and kind Report are missing',
  });
});

test('markdown of a name that holds marks keeps them as letters', () => {
  const text = renderMarkdown({ ...HEALTHY, headline: 'pod `a`_b_ | <img>' }, VIEW);
  expect(text.split('\n')[0]).toBe('# OK: pod \\`a\\`\\_b\\_ \\| \\<img\\>');
});
