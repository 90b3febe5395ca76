// The program as it is shipped: what only a process of its own can show.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const start = (...words: readonly string[]) =>
  spawnSync(process.execPath, ['bin/kubectl-netdiag', ...words], {
    encoding: 'utf8',
    env: { ...process.env, KUBECONFIG: 'nowhere' },
  });

beforeAll(() => {
  if (!existsSync('dist/netdiag.mjs')) spawnSync(process.execPath, ['scripts/build.mjs']);
});

interface Metafile {
  readonly outputs: Readonly<
    Record<string, { inputs: object; imports: readonly { path: string; kind: string; external?: boolean }[] }>
  >;
}

test('a start reads commander and our own tables, and nothing heavy', () => {
  const { outputs }: Metafile = JSON.parse(readFileSync('dist/metafile.json', 'utf8'));
  const seen = new Set<string>();
  const read = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const imports = outputs[name]?.imports ?? [];
    for (const { path } of imports.filter(({ kind, external }) => kind === 'import-statement' && !external)) read(path);
  };
  read('dist/netdiag.mjs');
  const packages = [...seen].flatMap((name) => Object.keys(outputs[name]?.inputs ?? {}));
  const names = packages.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []);
  expect([...new Set(names)]).toEqual(['commander']);
});

describe('exit codes of the process', () => {
  test.each([
    [['-h'], 0],
    [['version', '--client'], 0],
    [['web-0'], 2],
    [['demo', '-o', 'short'], 3],
    [['demo', '-o', 'json', '--exit-zero'], 0],
    [['pod/a', 'svc/b', '--server', 'http://127.0.0.1:9'], 5],
  ])('%j exits %d', (words, exitCode) => {
    expect(start(...words).status).toBe(exitCode);
  });
});

test('a reader that leaves early is no error', () => {
  const { stderr, status } = spawnSync('sh', ['-c', '"$NODE" bin/kubectl-netdiag demo -o json | head -c 1'], {
    encoding: 'utf8',
    env: { ...process.env, NODE: process.execPath },
  });
  expect([stderr, status]).toEqual(['', 0]);
});

test('a large report reaches a pipe whole', () => {
  const { stdout } = start('demo', '-o', 'json');
  expect(stdout.length).toBeGreaterThan(65_536);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'Report' });
});

test('completion through kubectl’s own door', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['bin/kubectl_complete-netdiag', 'vers'], {
    encoding: 'utf8',
  });
  expect([stdout, stderr, status]).toEqual(['version\n:4\n', '', 0]);
});
