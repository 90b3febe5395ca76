// Every way to ask wrongly: the exit code, and the very lines a person sees on stderr.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { say } from '../../support/fake-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'netdiag-texts-'));
const kubeconfig = join(folder, 'config');
writeFileSync(
  kubeconfig,
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'prod',
    clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:9' } }],
    users: [{ name: 'jo', user: { token: 't' } }],
    contexts: [{ name: 'prod', context: { cluster: 'c', user: 'jo', namespace: 'shop' } }],
  }),
);
const KUBE = ['--kubeconfig', kubeconfig];

/** The command line, the exit code, then stderr whole. */
const TEXTS: readonly (readonly [line: string, exitCode: number, ...err: string[]])[] = [
  ['web-0', 2, 'error: "web-0" is neither a command nor a target.', 'Did you mean pod/web-0?'],
  ['explian', 2, 'error: unknown command "explian".', 'Did you mean "explain"?'],
  [
    'pods/a/b',
    2,
    'error: arguments in resource/name form may not have more than one slash: "pods/a/b".',
    'For another namespace write svc/b.NAMESPACE or --to-namespace.',
  ],
  [
    'foo/x',
    2,
    'error: the server doesn\'t have a resource type "foo" that netdiag can test.',
    'Supported: pod, deploy, sts, ds, rs, job, svc, node.',
  ],
  [
    'pod/web-0 pod/web-0',
    2,
    'error: source and destination are both pod/web-0; give a different destination, or only one target.',
  ],
  ['pod/a svc/b -o jsn', 2, 'error: unknown output "jsn".', 'One of: text, wide, short, json, yaml, markdown.'],
  [
    'pod/a svc/b -o json -o yaml',
    2,
    'error: two outputs would share stdout (json, yaml); give one a file: -o yaml=report.yaml',
  ],
  ['pod/a svc/b -o json=', 2, 'error: -o json= names no file.', 'E.g. -o json=report.json'],
  ['pod/a svc/b --timeout 60', 2, 'error: --timeout "60": add a unit, e.g. 60s or 2m.'],
  ['pod/a svc/b --select x-*', 2, 'error: --select "x-*" matches no check.', 'List: kubectl netdiag checks'],
  [
    'pod/a svc/b --select cluster-dns-donw',
    2,
    'error: unknown check "cluster-dns-donw".',
    'Closest: cluster-dns-down. List: kubectl netdiag checks',
  ],
  [
    'pod/a svc/b --select cluster-dns-down --layers L1',
    2,
    'error: --select, --skip and --layers leave no check.',
    'List: kubectl netdiag checks',
  ],
  ['pod/a svc/b --layers L9', 2, 'error: unknown layer "L9".', 'One of: L1, L2, L3, L4, L5, L6, L7.'],
  ['pod/a svc/b --probe all', 2, 'error: --probe "all" is unknown.', 'One of: none, exec, node.'],
  [
    'pod/a svc/b --probe node',
    2,
    'error: --probe=node creates a pod with host networking on the nodes of the path; confirm with --yes, or see it first with --dry-run=client.',
  ],
  [
    'pod/a svc/b --repeat 100',
    2,
    'error: --repeat 100 may take 109 s, longer than --timeout 60s.',
    'E.g. --timeout 139s',
  ],
  ['pod/a --repeat 5', 2, 'error: --repeat needs a destination.', 'Give a second target.'],
  ['pod/a svc/b --check-timeout 90s', 2, 'error: --check-timeout 90s is longer than --timeout 60s.'],
  ['pod/a svc/b --parallel 0', 2, 'error: --parallel "0" is not a whole number above 0.'],
  ['pod/a svc/b --width 12', 2, 'error: --width 12 is too narrow.', 'The least is 40.'],
  [
    'pod/a svc/b --prob none',
    2,
    'error: unknown flag "--prob".',
    'Did you mean --probe? All flags: kubectl netdiag options',
  ],
  ['pod/a svc/b -o', 2, 'error: --output needs a value.', 'All flags: kubectl netdiag options'],
  ['explain', 2, 'error: ID is missing.', 'See kubectl netdiag COMMAND -h'],
  [
    'explain cluster-dns-donw',
    2,
    'error: unknown check "cluster-dns-donw".',
    'Closest: cluster-dns-down. List: kubectl netdiag checks',
  ],
  ['schema bundle', 2, 'error: no schema of "bundle".', 'One of: report.'],
  ['completion tcsh', 2, 'error: no completion for "tcsh".', 'One of: bash, zsh, fish, powershell, kubectl.'],
  [
    'bundle pod/a svc/b',
    2,
    'error: name the file to write.',
    'E.g. kubectl netdiag bundle pod/web svc/api -f web-api.tar.gz',
  ],
  [
    '--from-bundle nowhere.tar.gz',
    2,
    'error: nowhere.tar.gz does not exist.',
    'Collect one: kubectl netdiag bundle SOURCE DEST -f F.tar.gz',
  ],
];

describe('what was asked wrongly', () => {
  for (const [line, exitCode, ...err] of TEXTS) {
    test(line, async () => {
      expect(await say(line)).toEqual({ exitCode, out: '', err: err.map((text) => `${text}\n`).join('') });
    });
  }
});

test('no argument shows how to ask', async () => {
  const { exitCode, out, err } = await say('');
  expect([exitCode, out]).toEqual([2, '']);
  expect(err.split('\n').slice(0, 3)).toEqual([
    'error: name what to diagnose, e.g. kubectl netdiag pod/web-0 svc/api',
    'Usage: kubectl netdiag SOURCE [DESTINATION] [flags]',
    '  kubectl netdiag pod/web-0 svc/api:http          pod to service',
  ]);
});

describe('a cluster that does not answer', () => {
  const refused =
    'The connection to the server 127.0.0.1:9 was refused - did you specify the right host or port? (context "prod")\n';
  test.each(['pod/a svc/b', 'svc/b', 'cluster', 'path pod/a svc/b'])('%s', async (line) => {
    expect(await say([...line.split(' '), ...KUBE])).toEqual({ exitCode: 5, out: '', err: refused });
  });
  test('permissions and cleanup', async () => {
    const bare = refused.replace(' (context "prod")', '');
    expect(await say(['permissions', ...KUBE])).toEqual({ exitCode: 5, out: '', err: bare });
    expect(await say(['cleanup', ...KUBE])).toEqual({ exitCode: 5, out: '', err: bare });
  });
  test('version still tells its own', async () => {
    const { exitCode, out } = await say(['version', ...KUBE]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^client {4}0\.1\.0\nschema {4}1\.0\nserver {4}not known: The connection to the server 127/);
  });
});

test('a context that is not there names one that is', async () => {
  expect(await say(['pod/a', 'svc/b', ...KUBE, '--context', 'prd'])).toEqual({
    exitCode: 2,
    out: '',
    err: 'error: context "prd" does not exist. Similar: prod.\n',
  });
});

test('called by another name, every hint says that name', async () => {
  const { err } = await say('explain nothing-like-it', { name: 'netdiag' });
  expect(err).toBe('error: unknown check "nothing-like-it".\nList: netdiag checks\n');
});

const breaking = (): never => {
  throw new TypeError('it broke\nin two lines');
};

test('our own mistake is told as ours, in one line, with exit code 1', async () => {
  expect(await say('schema', { out: breaking })).toEqual({
    exitCode: 1,
    out: '',
    err: 'internal error: it broke\nRun it again with -v for details, and report them: this is our mistake, not your cluster.\n',
  });
});

test('an interrupted run exits as the signal asks', async () => {
  expect((await say(['pod/a', 'svc/b', ...KUBE], { signal: AbortSignal.abort(130) })).exitCode).toBe(130);
  expect((await say(['pod/a', 'svc/b', ...KUBE], { signal: AbortSignal.abort(143) })).exitCode).toBe(143);
});
