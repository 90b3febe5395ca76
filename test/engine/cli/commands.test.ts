// Commands that need no cluster.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/checks/index.js';
import { COMMANDS, DIAGNOSE } from '../../../src/cli/commands.js';
import { longName } from '../../../src/cli/flags.js';
import { flagsOf } from '../../../src/cli/program.js';
import { renderJson } from '../../../src/report/json.js';
import { REPORT_SCHEMA } from '../../../src/report/schema.js';
import { say } from '../../support/fake-terminal.js';
import { BROKEN, HEALTHY, INCONCLUSIVE } from '../../support/sample-report.js';

const folder = mkdtempSync(join(tmpdir(), 'netdiag-commands-'));
const VIEW = {
  colour: false,
  unicode: true,
  width: 80,
  showPassed: false,
  verbose: false,
  minSeverity: 'risk',
  titleOf: () => '',
} as const;

const longest = (text: string): number =>
  Math.max(
    ...text
      .split('\n')
      .filter((line) => line.includes('nothing listens'))
      .map((line) => line.length),
  );
const roles = async (line: string) =>
  loadAll((await say(`permissions -o yaml ${line}`)).out) as readonly {
    kind: string;
    metadata: { name: string; namespace?: string };
    rules: readonly { resources: readonly string[]; verbs: readonly string[] }[];
  }[];
const complete = async (...words: readonly string[]) => (await say(['__complete', ...words])).out.trimEnd().split('\n');

describe('help', () => {
  test.each(['-h', '--help', 'help'])('%s fits a screen of 40 lines and 80 columns', async (word) => {
    const { exitCode, out, err } = await say(word);
    const lines = out.trimEnd().split('\n');
    expect([exitCode, err]).toEqual([0, '']);
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
  test('exits 0 though the process began at 1, as ours does until a run has ended', async () => {
    const before = process.exitCode;
    process.exitCode = 1;
    const said = await Promise.all(['help', 'help path', 'path -h'].map((line) => say(line)));
    process.exitCode = before;
    expect(said.map(({ exitCode, err }) => [exitCode, err])).toEqual([0, 0, 0].map((code) => [code, '']));
  });
  test('names every command', async () => {
    const { out } = await say('-h');
    for (const { name } of COMMANDS) expect(out).toContain(`\n  ${name} `);
  });
  test.each(COMMANDS.map(({ name }) => name))('%s -h', async (name) => {
    const { exitCode, out } = await say(`${name} -h`);
    expect(exitCode).toBe(0);
    expect(out).toContain(`Usage: kubectl netdiag ${name}`);
    expect(out.split('\n').length).toBeLessThanOrEqual(40);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
  test('options lists every flag there is', async () => {
    const { out } = await say('options');
    for (const flag of flagsOf(DIAGNOSE)) expect(out).toContain(longName(flag));
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('report', () => {
  const file = join(folder, 'report.json');
  test.each([
    ['findings', BROKEN, 3],
    ['health', HEALTHY, 0],
    ['ignorance', INCONCLUSIVE, 4],
  ])('of %s exits as the run did, for every format', async (_, report, exitCode) => {
    writeFileSync(file, renderJson(report, VIEW));
    for (const format of ['text', 'wide', 'short', 'json', 'yaml', 'markdown']) {
      expect((await say(`report ${file} -o ${format}`)).exitCode).toBe(exitCode);
    }
  });
  test('json gives the same bytes again', async () => {
    writeFileSync(file, renderJson(BROKEN, VIEW));
    expect((await say(`report ${file} -o json`)).out).toBe(renderJson(BROKEN, VIEW));
  });
  test('to a file and to the terminal at once', async () => {
    writeFileSync(file, renderJson(BROKEN, VIEW));
    const copy = join(folder, 'copy.yaml');
    const { out } = await say(`report ${file} -o yaml=${copy} --color always`);
    expect(out.split('\n')[0]).toContain(BROKEN.headline);
    expect(load(readFileSync(copy, 'utf8'))).toMatchObject({ kind: 'Report' });
  });
  test('of what is no report', async () => {
    writeFileSync(file, 'hello');
    expect((await say(`report ${file}`)).err).toBe(
      `error: cannot read ${file}: it is not JSON.\nSave one: kubectl netdiag pod/web svc/api -o json=report.json\n`,
    );
    writeFileSync(file, renderJson(BROKEN, VIEW).replace('"schemaVersion": "1.0"', '"schemaVersion": "2.1"'));
    const { exitCode, err } = await say(`report ${file}`);
    expect([exitCode, err]).toEqual([
      2,
      `error: ${file} has schema 2.1; this netdiag reads up to 1.0.\nUpgrade, or re-run.\n`,
    ]);
  });
});

describe('colour and width', () => {
  const file = join(folder, 'looks.json');
  writeFileSync(file, renderJson(BROKEN, VIEW));
  const ESCAPE = '\u001b[';
  test.each([
    ['a pipe', '', {}, false],
    ['a terminal', '', { outIsTty: true }, true],
    ['NO_COLOR', '', { outIsTty: true, env: { NO_COLOR: '1' } }, false],
    ['an empty NO_COLOR', '', { outIsTty: true, env: { NO_COLOR: '' } }, true],
    ['FORCE_COLOR', '', { env: { FORCE_COLOR: '1' } }, true],
    ['a dumb terminal', '', { outIsTty: true, env: { TERM: 'dumb' } }, false],
    ['the flag over NO_COLOR', '--color always', { env: { NO_COLOR: '1' } }, true],
    ['the flag over FORCE_COLOR', '--color=never', { outIsTty: true, env: { FORCE_COLOR: '1' } }, false],
  ])('%s', async (...[, flags, terminal, coloured]) => {
    expect((await say(`report ${file} ${flags}`, terminal)).out.includes(ESCAPE)).toBe(coloured);
  });
  test('a locale without UTF-8 gets ASCII', async () => {
    const { out } = await say(`report ${file}`, { env: { LC_ALL: 'C' } });
    expect([...out].filter((sign) => sign > '~')).toEqual([]);
  });
  test('COLUMNS wins over the terminal, --width over COLUMNS', async () => {
    const wide = await say(`report ${file}`, {
      outIsTty: true,
      columns: 200,
      env: { LC_ALL: 'C.UTF-8', NO_COLOR: '1' },
    });
    const set = await say(`report ${file}`, { outIsTty: true, columns: 200, env: { COLUMNS: '60', NO_COLOR: '1' } });
    const flag = await say(`report ${file} --width 50`, { env: { COLUMNS: '60' } });
    expect(longest(wide.out)).toBeGreaterThan(80);
    expect(longest(set.out)).toBeLessThanOrEqual(60);
    expect(longest(flag.out)).toBeLessThanOrEqual(50);
  });
});

describe('checks and explain', () => {
  test('checks lists each once, by layer', async () => {
    const { out } = await say('checks -o json');
    const listed: readonly { id: string; layer: string }[] = JSON.parse(out);
    expect(listed.map(({ id }) => id).toSorted()).toEqual(CHECKS.map(({ id }) => id).toSorted());
    expect(listed.map(({ layer }) => layer)).toEqual(listed.map(({ layer }) => layer).toSorted());
  });
  test('list is the same command', async () => {
    expect((await say('list')).out).toBe((await say('checks')).out);
  });
  test('explain prints the page that docs hold', async () => {
    for (const { id } of CHECKS) {
      expect((await say(`explain ${id}`)).out).toBe(readFileSync(`docs/checks/${id}.md`, 'utf8'));
    }
  });
  test('--layers and --skip leave what they say', async () => {
    const listed: readonly { id: string; layer: string }[] = JSON.parse(
      (await say('checks --layers l1 --skip link-errors -o json')).out,
    );
    const left = CHECKS.filter(({ layer, id }) => layer === 'L1' && id !== 'link-errors').map(({ id }) => id);
    expect(left).toContain('link-down');
    expect(listed.map(({ id }) => id)).toEqual(left.toSorted());
  });
});

describe('permissions -o yaml', () => {
  test('at none executes nothing and creates nothing', async () => {
    const rules = (await roles('--for none')).flatMap((role) => role.rules);
    expect(rules.flatMap(({ verbs }) => verbs).filter((verb) => verb !== 'get' && verb !== 'list')).toEqual([]);
    expect(rules.flatMap(({ resources }) => resources)).not.toContain('pods/exec');
  });
  test('never names Secrets, and no star', async () => {
    const { out } = await say('permissions -o yaml --for node');
    expect(out).not.toMatch(/secrets|\*/);
  });
  test('exec wants both verbs of pods/exec', async () => {
    const rules = (await roles('')).flatMap((role) => role.rules);
    expect(rules.find(({ resources }) => resources.includes('pods/exec'))?.verbs).toEqual(['get', 'create']);
  });
  test('-n confines exec to that namespace and the agents’', async () => {
    const [cluster, ...inside] = await roles('-n shop');
    expect(cluster?.rules.flatMap(({ resources }) => resources)).not.toContain('pods/exec');
    expect(inside.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
      ['Role', 'kube-system'],
      ['Role', 'shop'],
    ]);
  });
});

test('schema prints the schema that reports are held to', async () => {
  expect(JSON.parse((await say('schema')).out)).toEqual(REPORT_SCHEMA);
});

describe('completion', () => {
  test('a new word: commands and kinds, no space, no files', async () => {
    const offered = await complete('');
    expect(offered).toEqual([
      ...COMMANDS.map(({ name }) => name),
      'pod/',
      'deploy/',
      'sts/',
      'ds/',
      'rs/',
      'job/',
      'svc/',
      'node/',
      ':6',
    ]);
  });
  test.each([
    [['exp'], ['explain', ':4']],
    [
      ['explain', 'cluster-dns'],
      ['cluster-dns-down', ':4'],
    ],
    [
      ['pod/a', 'svc/b', '-o', 'j'],
      ['json', ':4'],
    ],
    [
      ['pod/a', '--probe', ''],
      ['none', 'exec', 'node', ':4'],
    ],
    [
      ['pod/a', '--fail'],
      ['--fail-on', ':4'],
    ],
    [['--from-bundle', ''], [':0']],
    [['report', ''], [':0']],
    [
      ['completion', 'b'],
      ['bash', ':4'],
    ],
    [
      ['pod/a', 's'],
      ['sts/', 'svc/', ':6'],
    ],
  ])('%j', async (words, offered) => {
    expect(await complete(...words)).toEqual(offered);
  });
  test('names of a cluster that does not answer are none, without a word', async () => {
    expect(await say(['__complete', '--kubeconfig', '/dev/null', 'pod/'])).toEqual({
      exitCode: 0,
      out: ':4\n',
      err: '',
    });
  });
  test.each(['bash', 'zsh', 'fish', 'powershell', 'kubectl'])('%s', async (shell) => {
    expect((await say(`completion ${shell}`)).out).toContain('kubectl-netdiag __complete');
  });
});
