// The recorded cluster of `demo`, through the whole engine.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { fullResource, RIGHTS } from '../../../src/cli/rights.js';
import { permissionFor } from '../../../src/evidence/permission.js';
import { REPORT_SCHEMA } from '../../../src/report/schema.js';
import type { ReportDocument } from '../../../src/report/json.js';
import { say } from '../../support/fake-terminal.js';
import { validate } from '../../support/validate.js';

// Each test is a whole run or two; a machine that builds something else beside it needs longer than 5 s.
vi.setConfig({ testTimeout: 60_000 });
const RECORDING = 'src/cli/demo.tar.gz';

test('names the cause of the recorded cluster first, on the first line and the last', async () => {
  const { exitCode, out, err } = await say('demo');
  const lines = out.trimEnd().split('\n');
  expect([exitCode, err]).toEqual([3, '']);
  expect(lines[0]).toMatch(/^FAIL {2}port-not-listened: /);
  expect(lines.at(-1)).toMatch(/ {3}exit 3$/);
});

test('keeps the published schema', async () => {
  const { out } = await say('demo -o json');
  expect(validate(JSON.parse(out), REPORT_SCHEMA)).toEqual([]);
});

test('says the same every time, and the same as --from-bundle', async () => {
  const first = await say('demo -o json');
  expect(await say('demo -o json')).toEqual(first);
  expect(await say(`--from-bundle ${RECORDING} -o json`)).toEqual(first);
});

test('saved again and told again, it is the same report', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'netdiag-demo-')), 'again.tar.gz');
  const first = await say(`--from-bundle ${RECORDING} --save-evidence ${file}`);
  expect(await say(`--from-bundle ${file}`)).toEqual(first);
});

test.each([
  ['--fail-on never --allow-incomplete', 0],
  ['--fail-on risk', 3],
  ['--exit-zero', 0],
])('demo %s exits %d', async (flags, exitCode) => {
  expect((await say(`demo ${flags} -o short`)).exitCode).toBe(exitCode);
});

test('the flow that fails is told as refused, with the hop that refuses', async () => {
  const { path }: ReportDocument = JSON.parse((await say('demo -o json')).out);
  expect(path[0]?.observed).toBe('refused 4 of 4 (0 ms)');
  expect(path[0]?.hops.filter(({ state }) => state === 'broken')).toHaveLength(1);
});

/** Questions that lead to different reads; what the recording lacks is asked all the same. */
const QUESTIONS = ['', 'cluster', 'pod/web svc/orders', 'outside svc/orders', 'pod/web deploy/api', 'pod/web svc/api'];

test.each(QUESTIONS)('what %s reads of the API is in the role that permissions prints', async (question) => {
  const { out } = await say(`${question} --from-bundle ${RECORDING} -o json`);
  const { evidence }: Pick<ReportDocument, 'evidence'> = out === '' ? { evidence: [] } : JSON.parse(out);
  const paths = evidence.flatMap(({ asked }) => (asked.startsWith('api ') ? [asked.slice(4)] : []));
  expect(paths.filter((path) => !isGranted(path))).toEqual([]);
});

function isGranted(path: string): boolean {
  const { verb, group, resource, name = '' } = permissionFor('GET', path);
  const full = group === '' ? resource : `${resource}.${group}`;
  return RIGHTS.some((right) => {
    return fullResource(right) === full && right.verbs.includes(verb) && (right.names ?? [name]).includes(name);
  });
}

test('no Secret was asked for', async () => {
  const { loadBundle } = await import('../../../src/evidence/bundle.js');
  const paths = loadBundle(RECORDING).evidence.flatMap(({ request }) => (request.via === 'api' ? [request.path] : []));
  expect(paths.filter((path) => path.includes('/secrets'))).toEqual([]);
});
