// The policy command against an API server: verdict, reason, exit code, and what it says when it may not look.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/checks/index.js';
import type { PolicyReport } from '../../../src/report/policy-report.js';
import { fakeApi, status, type Canned, type FakeApi, type Seen } from '../../support/fake-api.js';
import { say } from '../../support/fake-terminal.js';

const items = (...all: readonly object[]): Canned => ({ body: { kind: 'List', items: all, metadata: {} } });
const pod = (name: string, ip: string, app: string) => ({
  metadata: { namespace: 'shop', name, uid: name, labels: { app } },
  spec: {
    nodeName: 'w1',
    containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] }],
  },
  status: {
    phase: 'Running',
    podIP: ip,
    podIPs: [{ ip }],
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ name: 'c', ready: true, state: { running: {} } }],
  },
});
const PODS = [pod('web', '10.244.1.4', 'web'), pod('api', '10.244.1.7', 'api')];
const agent = (app: string) => ({
  metadata: { namespace: 'kube-system', name: app, labels: { 'k8s-app': app } },
  spec: { template: { spec: { containers: [{ name: 'c', image: `example.com/${app}:1`, args: [] }] } } },
});
const service = {
  metadata: { namespace: 'shop', name: 'api' },
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.96.7.20',
    clusterIPs: ['10.96.7.20'],
    selector: { app: 'api' },
    ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
  },
};
const slice = {
  metadata: { namespace: 'shop', name: 'api-x', labels: { 'kubernetes.io/service-name': 'api' } },
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints: [
    {
      addresses: ['10.244.1.7'],
      nodeName: 'w1',
      conditions: { ready: true, serving: true },
      targetRef: { kind: 'Pod', namespace: 'shop', name: 'api' },
    },
  ],
};
const onlyFrontend = {
  metadata: { namespace: 'shop', name: 'only-frontend' },
  spec: {
    podSelector: { matchLabels: { app: 'api' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'frontend' } } }], ports: [{ port: 80 }] }],
  },
};

/** What differs from test to test. */
let engines: readonly string[] = ['flannel', 'kube-router'];
let mayList = true;

function answer({ url }: Seen): Canned | undefined {
  const path = decodeURIComponent(url.split('?')[0]!);
  const named = PODS.find(({ metadata }) => path === `/api/v1/namespaces/shop/pods/${metadata.name}`);
  if (named) return { body: named };
  if (path === '/api/v1/namespaces/shop/pods') return items(...PODS);
  if (path === '/api/v1/namespaces/shop/services/api') return { body: service };
  if (path === '/api/v1/namespaces/shop') return { body: { metadata: { name: 'shop', labels: { team: 'shop' } } } };
  if (path.endsWith('/namespaces/shop/endpointslices')) return items(slice);
  if (path === '/apis/apps/v1/daemonsets') return url.includes('flannel') ? items(...engines.map(agent)) : items();
  if (path === '/api/v1/nodes') return items();
  if (!path.endsWith('/networkpolicies')) return undefined;
  return mayList ? items(onlyFrontend) : { status: 403, body: JSON.parse(status(403, 'networkpolicies is forbidden')) };
}

let api: FakeApi;
beforeAll(async () => {
  api = await fakeApi({ plain: true, answer });
});
afterAll(() => api.close());

const policy = (line: string) =>
  say(`policy ${line} -n shop -s ${api.server} --kubeconfig /dev/null --probe none --width 400`);
const FLOW = 'pod/web svc/api';
const REASON =
  'ingress to pod/api is closed by NetworkPolicy only-frontend: its ingress rule 1 would allow it, but ' +
  'pod/web has app=web, not app=frontend; also it allows 80/tcp, the port of Service api; policies see the pod’s, 8080/tcp';

describe('one flow', () => {
  test('is told with its reason', async () => {
    const { exitCode, out, err } = await policy(FLOW);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out.split('\n')[0]).toBe(`DENY   pod/web -> svc/api: ${REASON}`);
    expect(out).toContain('enforced by kube-router');
    expect(out.trimEnd().split('\n').at(-1)).toBe('DENY · 1 backend   exit 0');
  });
  test.each([
    ['--expect deny', 0],
    ['--expect allow', 3],
  ])('%s exits %d', async (flag, exitCode) => {
    expect((await policy(`${FLOW} ${flag}`)).exitCode).toBe(exitCode);
  });
  test('as json', async () => {
    const report: PolicyReport = JSON.parse((await policy(`${FLOW} -o json`)).out);
    expect(report).toMatchObject({ kind: 'PolicyReport', verdict: { holds: 'deny', exitCode: 0 } });
    expect(report.flows[0]?.backends[0]?.sides.map(({ direction, verdict }) => [direction, verdict])).toEqual([
      ['Egress', 'allow'],
      ['Ingress', 'deny'],
    ]);
    expect(report.flows[0]?.backends[0]?.sides[1]?.because).toBe(REASON);
  });
  test('where nobody enforces, everything is open, and no policy is blamed', async () => {
    engines = ['flannel'];
    const { exitCode, out } = await policy(`${FLOW} --expect deny`);
    engines = ['flannel', 'kube-router'];
    expect(exitCode).toBe(3);
    expect(out).toMatch(
      /^ALLOW {2}pod\/web -> svc\/api: nothing enforces policies here \(flannel alone has no policy engine\), or/,
    );
  });
  test('where nobody tells who enforces, a denial is not known', async () => {
    engines = [];
    const { exitCode, out } = await policy(`${FLOW} --expect deny`);
    engines = ['flannel', 'kube-router'];
    expect(exitCode).toBe(4);
    expect(out).toMatch(
      /^UNKNOWN {2}.*the API does not show whether anybody enforces policies here \(no network agent that we know\)/,
    );
  });
  test('without the permission to list policies it is not known, and the permission is named', async () => {
    mayList = false;
    const { exitCode, out } = await policy(FLOW);
    mayList = true;
    expect(exitCode).toBe(4);
    expect(out).toContain(
      'UNKNOWN  pod/web -> svc/api: not known: may not list networkpolicies.networking.k8s.io in shop',
    );
  });
  test.each([
    ['', 'error: name a source and a destination.\nE.g. kubectl netdiag policy pod/web-0 svc/api\n'],
    ['pod/web svc/api --expect open', 'error: --expect "open" is unknown.\nOne of: allow, deny.\n'],
    ['pod/web svc/api --matrix', 'error: --matrix is about a namespace, not a flow.\nName it with -n.\n'],
  ])('policy %s', async (line, said) => {
    const { exitCode, err } = await policy(line);
    expect([exitCode, err]).toEqual([2, said]);
  });
});

const again = async (line: string, file: string) => {
  const live = await policy(`${line} --save-evidence ${file}`);
  const replayed = await say(`policy --from-bundle ${file} --width 400 ${line.includes('--matrix') ? '--matrix' : ''}`);
  return { live, replayed };
};

/** Paths with what selects of them: a node's own pods are asked for by their node. */
async function asked(line: string): Promise<readonly string[]> {
  const before = api.seen.length;
  await say(`${line} -n shop -s ${api.server} --kubeconfig /dev/null --probe none`);
  return api.seen
    .slice(before)
    .map(({ url }) => decodeURIComponent(url.replace(/[?&](limit|resourceVersion)=[^&]*/g, '')));
}

describe('what is read', () => {
  const everywhere = '/apis/networking.k8s.io/v1/networkpolicies';
  const here = '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies';
  test.each(['policy ', ''])('%spod/web svc/api reads policies of the ends’ namespaces only', async (command) => {
    const paths = await asked(`${command}${FLOW}`);
    expect(paths.filter((path) => path.includes('networkpolicies') && !path.includes('/policy.'))).toEqual([here]);
    expect(paths.filter((path) => /^\/api\/v1\/(pods|namespaces|services)$/.test(path))).toEqual([]);
    // Beside the ends' own only what the cluster keeps of itself: a third namespace, and this fails.
    const spaces = paths.flatMap((path) => /\/namespaces\/([^/?]+)/.exec(path)?.[1] ?? []);
    expect(new Set(spaces)).toEqual(new Set(['shop', 'kube-system']));
  });
  test('cluster reads those of all, for its lint', async () => {
    expect(await asked('cluster')).toContain(everywhere);
  });
  test('whatever needs all of them is asked for in cluster runs only', () => {
    const wanting = CHECKS.filter(({ needs }) =>
      needs.some((key) => key === 'policySurvey' || key === 'policyCallers'),
    );
    expect(wanting.length).toBeGreaterThan(5);
    expect(wanting.filter(({ wide }) => !wide).map(({ id }) => id)).toEqual([]);
  });
});

describe('saved and told again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'policy-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  test('a flow answers its own question from the bundle, in the same words', async () => {
    const { live, replayed } = await again(FLOW, join(folder, 'flow.tar.gz'));
    expect(live.out).toContain('only-frontend');
    expect(replayed).toEqual(live);
  });
  test('another question may be put to it, and an expectation', async () => {
    const file = join(folder, 'other.tar.gz');
    await policy(`${FLOW} --save-evidence ${file}`);
    expect((await say(`policy --from-bundle ${file} --expect allow`)).exitCode).toBe(3);
    const back = await say(`policy --from-bundle ${file} pod/api pod/web --port 8080 -n shop`);
    expect([back.exitCode, back.out]).toEqual([0, expect.stringMatching(/^ALLOW .*no policy closes either end/)]);
  });
  test('the flow command diagnoses from it', async () => {
    const file = join(folder, 'told.tar.gz');
    await policy(`${FLOW} --save-evidence ${file}`);
    const { out, err } = await say(`--from-bundle ${file} --select policy-denies`);
    expect(err).toBe('');
    expect(out).toContain('only-frontend');
  });
  test('a matrix, of the namespace it was asked for', async () => {
    const { live, replayed } = await again('--matrix', join(folder, 'matrix'));
    expect(live.out).toContain('api:8080/tcp');
    expect(replayed).toEqual(live);
  });
  test('where it cannot be written', async () => {
    const { exitCode, err } = await policy(`${FLOW} --save-evidence /dev/null/x.tar.gz`);
    expect([exitCode, err]).toEqual([2, expect.stringContaining('cannot write /dev/null/x.tar.gz')]);
  });
});

describe('the matrix', () => {
  test('has a row for each port and a column for each source', async () => {
    const { exitCode, out } = await policy('--matrix');
    expect(exitCode).toBe(0);
    expect(out.split('\n').slice(0, 3)).toEqual([
      'to \\ from     api  web',
      'api:8080/tcp  -    ✗',
      'web:8080/tcp  ✓    -',
    ]);
  });
  test('at a port of ones own, as json', async () => {
    const { out } = await policy('--matrix --port 80 -o json');
    const { cells }: { cells: readonly { from: string; to: string; holds: string; because: string }[] } =
      JSON.parse(out);
    expect(cells.map(({ from, to, holds }) => `${from} ${to} ${holds}`)).toEqual(['api web allow', 'web api deny']);
    expect(cells[1]?.because).toContain('pod/web has app=web, not app=frontend');
  });
});
