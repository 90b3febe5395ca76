// The same files, flags and environment through kubectl and through us must reach the same server as the same person.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadLogin } from '../../../src/evidence/kubeconfig/login.js';
import type { Overrides } from '../../../src/evidence/kubeconfig/overrides.js';
import { kubectlFlags } from '../../../src/evidence/kubectl-exec.js';
import { openTransport } from '../../../src/evidence/transport.js';
import type { FakeApi, Seen } from '../../support/fake-api.js';
import { fakeApi, PKI, status } from '../../support/fake-api.js';

vi.setConfig({ testTimeout: 60_000 });
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

let folder: string;
let api: FakeApi;
let answer: (seen: Seen) => { status?: number; body?: unknown };
const base64 = (text: string) => Buffer.from(text).toString('base64');

beforeAll(async () => {
  answer = () => ({ body: { kind: 'Status', status: 'Success' } });
  api = await fakeApi({ answer: (seen) => answer(seen) });
});
afterAll(() => api.close());
afterEach(() => {
  api.seen.splice(0);
  answer = () => ({ body: { kind: 'Status', status: 'Success' } });
  if (folder) rmSync(folder, { recursive: true, force: true });
});

type Files = Readonly<Record<string, unknown>>;

function write(files: Files): void {
  folder = mkdtempSync(join(tmpdir(), 'netdiag-kubeconfig-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : dump(content));
    if (name.endsWith('.sh')) chmodSync(join(folder, name), 0o755);
  }
}

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
  readonly current?: string;
  readonly names?: string;
}

/** One cluster, user and context, all named `names`. */
function config({ cluster, user, context, current, names = 'a' }: Parts = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: names, cluster: { server: api.server, 'certificate-authority-data': base64(PKI.ca), ...cluster } },
    ],
    users: [{ name: names, user: user ?? { token: `token-${names}` } }],
    contexts: [{ name: names, context: { cluster: names, user: names, ...context } }],
    'current-context': current ?? names,
  };
}

/** What decides who we are, in both requests. */
const WHO = /^(authorization|impersonate-[^:]*):/i;
const who = (seen: Seen | undefined) => ({
  certificate: seen?.user,
  headers: seen?.headers
    .filter((line) => WHO.test(line))
    .map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase()))
    .toSorted(),
});

function environment(kubeconfig: string | undefined, extra: Files = {}): Record<string, string> {
  const path = kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig.replaceAll('DIR', folder) };
  return { PATH: process.env['PATH'] ?? '', HOME: folder, ...path, ...(extra as Record<string, string>) };
}

async function asked(flags: Overrides, env: Record<string, string>): Promise<Seen | undefined> {
  const transport = openTransport(loadLogin(flags, env), '1', env);
  await transport.call({ path: '/version' });
  transport.close();
  return api.seen.splice(0).at(-1);
}

/** Asynchronous, because the server both talk to lives in this process. */
async function askedByKubectl(flags: Overrides, env: Record<string, string>): Promise<Seen | undefined> {
  const { execa } = await import('execa');
  const words = ['get', '--raw', '/version', ...kubectlFlags(flags)];
  await execa('kubectl', words, { env, extendEnv: false, reject: false, stdin: 'ignore' });
  return api.seen.splice(0).at(-1);
}

interface Case {
  readonly files: Files;
  readonly kubeconfig?: string;
  readonly flags?: () => Overrides;
  readonly env?: Files;
}

const pki = { 'pki/client.pem': PKI.cert, 'pki/client.key': PKI.key, 'pki/ca.pem': PKI.ca };
const plugin = (credential: object) => `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`;
const execUser = (command: string, more: object = {}) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never', ...more },
});
const credential = (stat: object) => ({
  apiVersion: 'client.authentication.k8s.io/v1',
  kind: 'ExecCredential',
  status: stat,
});

/** Built late: the server's port is part of them. */
const cases = (): Readonly<Record<string, Case>> => ({
  'a token': { files: { config: config() } },
  'the same name in two files: the first wins': {
    files: { one: config({ user: { token: 'first' } }), two: config({ user: { token: 'second', username: 'x' } }) },
    kubeconfig: 'DIR/one:DIR/two',
  },
  'a listed file that is missing, and one that is empty': {
    files: { one: config(), empty: '' },
    kubeconfig: 'DIR/none:DIR/empty:DIR/one',
  },
  'current-context in two files: the first wins': {
    files: { one: config({ names: 'b' }), two: config({ names: 'a' }) },
    kubeconfig: 'DIR/one:DIR/two',
  },
  'another context by flag': {
    files: { one: config({ names: 'b' }), two: config({ names: 'a' }) },
    kubeconfig: 'DIR/one:DIR/two',
    flags: () => ({ context: 'a' }),
  },
  'another user by flag': {
    files: { one: config({ names: 'b' }), two: config({ names: 'a' }) },
    kubeconfig: 'DIR/one:DIR/two',
    flags: () => ({ user: 'a' }),
  },
  '--kubeconfig before KUBECONFIG': {
    files: { one: config({ names: 'b' }), two: config({ names: 'a' }) },
    kubeconfig: 'DIR/one',
    flags: () => ({ kubeconfig: join(folder, 'two') }),
  },
  'client certificate data': {
    files: {
      config: config({ user: { 'client-certificate-data': base64(PKI.cert), 'client-key-data': base64(PKI.key) } }),
    },
  },
  'certificate files, relative to the file that names them': {
    files: {
      'deep/config': config({
        cluster: { 'certificate-authority-data': undefined, 'certificate-authority': '../pki/ca.pem' },
        user: { 'client-certificate': '../pki/client.pem', 'client-key': '../pki/client.key' },
      }),
      ...pki,
    },
    kubeconfig: 'DIR/deep/config',
  },
  'a tokenFile': { files: { config: config({ user: { tokenFile: 'tok' } }), tok: 'from-file\n' } },
  'a tokenFile before a token': {
    files: { config: config({ user: { token: 't', tokenFile: 'tok' } }), tok: 'from-file' },
  },
  'a tokenFile before --token': {
    files: { config: config({ user: { tokenFile: 'tok' } }), tok: 'from-file' },
    flags: () => ({ token: 'by-hand' }),
  },
  'name and password': { files: { config: config({ user: { username: 'jo', password: 'p:w' } }) } },
  'impersonation in the file': {
    files: {
      config: config({
        user: {
          token: 't',
          as: 'jo',
          'as-uid': '7',
          'as-groups': ['a', 'b'],
          'as-user-extra': { 'x.io/s c': ['1', '2'] },
        },
      }),
    },
  },
  'impersonation by flags': {
    files: { config: config({ user: { token: 't', as: 'nobody', 'as-groups': ['z'] } }) },
    flags: () => ({ as: 'jo', asUid: '7', asGroup: ['a', 'b'] }),
  },
  'a credential plugin on the PATH': {
    files: { config: config({ user: execUser('plug.sh') }), 'bin/plug.sh': plugin(credential({ token: 'plugged' })) },
    env: { PATH: 'bin' },
  },
  'a plugin relative to the kubeconfig': {
    files: {
      'deep/config': config({ user: execUser('./plug.sh') }),
      'deep/plug.sh': plugin(credential({ token: 'plugged' })),
    },
    kubeconfig: 'DIR/deep/config',
  },
  'a plugin that gives a certificate': {
    files: {
      config: config({ user: execUser('./plug.sh') }),
      'plug.sh': plugin(credential({ clientCertificateData: PKI.cert, clientKeyData: PKI.key })),
    },
  },
  'a plugin told about the cluster': {
    files: {
      config: config({
        user: execUser('./plug.sh', { provideClusterInfo: true, env: [{ name: 'E', value: 'v' }], args: ['a b'] }),
      }),
      'plug.sh': `#!/bin/sh
h=$(printf '%s' "$KUBERNETES_EXEC_INFO $E $1" | sha256sum | cut -c1-40)
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$h"`,
    },
  },
  'a token before a plugin': {
    files: {
      config: config({ user: { token: 't', ...execUser('./plug.sh') } }),
      'plug.sh': plugin(credential({ token: 'p' })),
    },
  },
  'tls-server-name': { files: { config: config({ cluster: { 'tls-server-name': 'api.test' } }) } },
  'the wrong tls-server-name is refused': {
    files: { config: config({ cluster: { 'tls-server-name': 'evil.test' } }) },
  },
  '--server drops tls-server-name of the file': {
    files: { config: config({ cluster: { server: 'https://127.0.0.1:1', 'tls-server-name': 'evil.test' } }) },
    flags: () => ({ server: api.server }),
  },
  'an unknown authority is refused': {
    files: { config: config({ cluster: { 'certificate-authority-data': undefined } }) },
  },
  'insecure-skip-tls-verify': {
    files: {
      config: config({ cluster: { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true } }),
    },
  },
  '--insecure-skip-tls-verify drops the authority': {
    files: { config: config() },
    flags: () => ({ insecureSkipTlsVerify: true }),
  },
  'a server without a scheme': { files: { config: config({ cluster: { server: `127.0.0.1:${api.port}` } }) } },
  'JSON in place of YAML': { files: { config: JSON.stringify(config()) } },
  'no kubeconfig but flags': {
    files: { note: '' },
    kubeconfig: 'DIR/none',
    flags: () => ({ server: api.server, token: 'x', insecureSkipTlsVerify: true }),
  },
});

// The title of a skipped test is printed, so that nobody takes a missing kubectl for a passed comparison.
const title = hasKubectl
  ? 'kubeconfig as kubectl reads it'
  : 'kubeconfig NOT COMPARED: there is no kubectl on the PATH';
describe.skipIf(!hasKubectl)(title, () => {
  it('in every case of the table', async () => {
    const differences: object[] = [];
    for (const [name, { files, kubeconfig = 'DIR/config', flags = () => ({}), env = {} }] of Object.entries(cases())) {
      write(files);
      const path = env['PATH'] ? { PATH: `${join(folder, String(env['PATH']))}:${process.env['PATH']}` } : {};
      const environ = environment(kubeconfig, path);
      vi.stubEnv('PATH', environ['PATH'] ?? '');
      const theirs = who(await askedByKubectl(flags(), environ));
      const ours = who(await asked(flags(), environ));
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) differences.push({ name, theirs, ours });
      rmSync(folder, { recursive: true });
      vi.unstubAllEnvs();
    }
    expect(differences).toEqual([]);
  });
});

const trouble = (flags: Overrides, kubeconfig = 'DIR/config') => {
  try {
    loadLogin(flags, environment(kubeconfig));
    return 'no error';
  } catch (error) {
    return String(error).replaceAll(folder, 'DIR');
  }
};

describe('what the person at the keyboard can put right', () => {
  it('is said in one line', () => {
    write({ config: config({ names: 'prod' }), twice: 'clusters: [{name: a}, {name: a}]', bad: 'a: [', odd: '- 1' });
    expect([
      trouble({ context: 'prd' }),
      trouble({ user: 'x' }),
      trouble({ kubeconfig: join(folder, 'none') }),
      trouble({}, 'DIR/twice'),
      trouble({}, 'DIR/odd'),
    ]).toEqual([
      'UsageError: context "prd" does not exist. Similar: prod.',
      'UsageError: user "x" does not exist. Known: prod.',
      'UsageError: kubeconfig "DIR/none" does not exist.',
      'UsageError: kubeconfig "DIR/twice" cannot be read: duplicate name "a" in list',
      'UsageError: kubeconfig "DIR/odd" cannot be read: it does not hold a kubeconfig',
    ]);
    expect(trouble({}, 'DIR/bad')).toMatch(/^UsageError: kubeconfig "DIR\/bad" cannot be read: /);
  });
});

const counting = (stat: object) =>
  `#!/bin/sh\necho x >>"$(dirname "$0")/count"\n${plugin(credential(stat)).slice('#!/bin/sh\n'.length)}`;
const spawned = () =>
  execFileSync('wc', ['-l', join(folder, 'count')])
    .toString()
    .trim()
    .split(' ')[0];

describe('a credential plugin', () => {
  it('is started once for fifty calls at once, and its answer kept', async () => {
    write({ config: config({ user: execUser('./plug.sh') }), 'plug.sh': counting({ token: 't' }) });
    const transport = openTransport(loadLogin({}, environment('DIR/config')), '1', {});
    await Promise.all(Array.from({ length: 50 }, () => transport.call({ path: '/version' })));
    await transport.call({ path: '/version' });
    transport.close();
    expect(spawned()).toBe('1');
  });

  it('is asked again after a 401', async () => {
    write({ config: config({ user: execUser('./plug.sh') }), 'plug.sh': counting({ token: 't' }) });
    let refusals = 1;
    answer = () => (refusals-- > 0 ? { status: 401, body: status(401, 'Unauthorized') } : { body: {} });
    const transport = openTransport(loadLogin({}, environment('DIR/config')), '1', {});
    expect(await transport.call({ path: '/version' })).toMatchObject({ kind: 'answered' });
    transport.close();
    expect(spawned()).toBe('2');
  });

  it('that fails says how', async () => {
    write({
      config: config({ user: execUser('./plug.sh') }),
      'plug.sh': '#!/bin/sh\necho "no session" >&2\nexit 3\n',
    });
    const transport = openTransport(loadLogin({}, environment('DIR/config')), '1', {});
    const got = await transport.call({ path: '/version' });
    transport.close();
    expect(got).toEqual({
      kind: 'refused',
      gap: {
        kind: 'unreachable',
        detail: `credential plugin ${folder}/plug.sh ended with exit code 3: no session`,
      },
    });
  });
});
