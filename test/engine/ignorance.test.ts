// A sample of the ignorance matrix that fits into a test run; the whole of it: npx tsx test/stories/matrix-main.ts
import { beforeAll, expect, test, vi } from 'vitest';
import type { Severity } from '../../src/checks/check.js';
import type { Evidence, Request } from '../../src/evidence/evidence.js';
import { canLack, LOSSES, without, type Loss } from './ignorance-loss.js';
import { cellsOf, failOnFor, judge, mustNotBe, outcome, recordings, type Told } from './ignorance-matrix.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const recorded = recordings();
/** Replays of some 60 ms each: what a test run has time for. */
const SAMPLE = 120;

const cells = recorded.flatMap((one) => cellsOf(one.bundle).map((cell) => ({ one, cell })));
const stride = Math.ceil(cells.length / SAMPLE);
const sample = cells.filter((_, index) => index % stride === 0);

const failOn = new Map<string, Severity>();
beforeAll(async () => {
  for (const one of recorded) failOn.set(one.name, await failOnFor(one));
});

test(`${sample.length} of ${cells.length} ways to know less never name another cause and never acquit`, async () => {
  const bad: string[] = [];
  for (const { one, cell } of sample) {
    const { verdict, first, exitCode } = await outcome(one, failOn.get(one.name) ?? 'degraded', cell);
    if (mustNotBe(verdict))
      bad.push(`${one.name} without ${cell.what} (${cell.loss}): ${verdict}: ${first}, exit ${exitCode}`);
  }
  expect(bad).toEqual([]);
});

/** What once made netdiag name another cause, or nothing at all, by the answer that lacked. */
const BITTEN: readonly (readonly [story: string, what: RegExp])[] = [
  // No address to masquerade as: the walk called that a drop, and the check a firewall.
  ['service-jump-removed-a', /^run node\/\w+ addresses$/],
  // Nobody said which addresses are the nodes' own: a NodePort lay beyond the cluster.
  ['local-policy-without-endpoint-a', /^api \/api\/v1\/nodes$/],
  // Its pages say that the last write worked, its log that one failed since.
  ['kube-proxy-sync-fails-a', /^all logs$/],
  // Small packets arrive, and nobody tried large ones.
  ['path-mtu-black-hole-a', /sweep/],
  // Risks, which no client has met: looked for with --fail-on risk.
  ['pod-resolver-elsewhere-a', /^every resolv.conf$/],
  ['conntrack-entry-stale-a', /^all commands on nodes$/],
];

test.each(BITTEN)('%s without %s', async (name, what) => {
  const bitten = cells.filter(({ one, cell }) => one.name === name && what.test(cell.what) && cell.loss === 'timeout');
  expect(bitten).not.toEqual([]);
  for (const { one, cell } of bitten)
    expect(mustNotBe((await outcome(one, failOn.get(name) ?? 'degraded', cell)).verdict)).toBe(false);
});

test.each(recorded.map((one) => [one.name, one] as const))('%s with every answer is told right', async (_name, one) => {
  expect((await outcome(one, failOn.get(one.name) ?? 'degraded')).verdict).toBe('right');
});

test.each(recorded.map((one) => [one.name, one] as const))('%s without any answer is not known', async (_name, one) => {
  const none = cellsOf(one.bundle).find(({ what, loss }) => what.startsWith('rung none') && loss === 'timeout');
  const told = await outcome(one, 'risk', none!);
  expect([3, 0]).not.toContain(told.exitCode);
});

const told = (different: Partial<Told>): Told => ({
  exitCode: 3,
  first: 'link-down',
  crashed: [],
  unjudged: [],
  unrecorded: [],
  ...different,
});

test.each([
  ['link-down', told({}), 'right'],
  ['link-down', told({ first: 'underlay-drop', unjudged: ['link-down'] }), 'consequence'],
  // Its cause was judged, and acquitted: then the sentence stands alone, and leads elsewhere.
  ['link-down', told({ first: 'underlay-drop' }), 'wrong'],
  // Two lines of the table of causes lead from one to the other.
  ['cni-agent-down', told({ first: 'reverse-path-drop', unjudged: ['cni-agent-down'] }), 'consequence'],
  ['underlay-drop', told({}), 'wrong'],
  ['link-down', told({ exitCode: 4, first: 'cannot tell' }), 'not-known'],
  ['link-down', told({ exitCode: 5, first: 'not logged in' }), 'not-known'],
  ['link-down', told({ exitCode: 0, first: 'works' }), 'silent'],
  ['link-down', told({ crashed: ['link-down: TypeError'] }), 'crashed'],
  ['none', told({}), 'wrong'],
  ['none', told({ exitCode: 4 }), 'right'],
  ['none', told({ exitCode: 0 }), 'right'],
] as const)('a fault of %s told as %j is %s', (cause, said, verdict) => {
  expect(judge(cause, said)).toBe(verdict);
});

const CONTAINER = { namespace: 'shop', pod: 'web', container: 'c' };
const run: Request = {
  via: 'run',
  where: { kind: 'node', name: 'w1', ready: true, agents: [CONTAINER] },
  ask: {
    id: 'routes',
    tries: [{ tool: 'ip', needs: ['ip'], script: 'ip route', shown: 'ip route' }],
    phase: 'around',
    timeoutSeconds: 5,
    maxBytes: 100,
  },
};
const api: Request = { via: 'api', path: '/api/v1/namespaces/shop/pods/web', shape: 'object' };
const answered = (request: Request): Evidence => ({
  id: 'e1',
  request,
  at: '2026-01-01T00:00:00Z',
  answer: {
    kind: 'answered',
    tool: 'ip',
    text: 'a',
    ...(request.via === 'run' ? { after: 'b' } : {}),
    exit: 0,
    stderr: '',
    elapsedMs: 9,
    through: 'shop/web (c)',
  },
});
const gapOf = (request: Request, loss: Loss): unknown => {
  const { answer } = without(answered(request), loss);
  return answer.kind === 'refused' ? answer.gap : answer;
};

test('a command without its answer is what the engine would have made of it', () => {
  expect(LOSSES.map((loss) => gapOf(run, loss))).toEqual([
    { kind: 'forbidden', permission: 'create pods/exec in shop', detail: expect.stringContaining('pods/exec') },
    { kind: 'timeout', afterMs: 5000, detail: 'ip route in shop/web (c)' },
    { kind: 'no-such-tool', tools: ['ip'], detail: 'shop/web (c) cannot tell routes' },
    { kind: 'truncated', bytes: 100, detail: 'routes in shop/web (c)' },
    { kind: 'answered', tool: 'ip', text: 'a', exit: 0, stderr: '', elapsedMs: 9, through: 'shop/web (c)' },
  ]);
});

test('an answer of the API lacks in its own ways', () => {
  expect((['forbidden', 'timeout', 'truncated'] as const).map((loss) => gapOf(api, loss))).toEqual([
    { kind: 'forbidden', permission: 'get pods in shop', detail: 'the user may not get pods in shop' },
    { kind: 'timeout', afterMs: 15_000, detail: `${api.path}: connected, and not a byte of an answer` },
    { kind: 'truncated', bytes: 64 << 20, detail: `answer to ${api.path}` },
  ]);
});

test.each<[string, Evidence, readonly Loss[]]>([
  ['a command that was sampled twice', answered(run), LOSSES],
  ['the API, which needs no tool', answered(api), ['forbidden', 'timeout', 'truncated']],
  ['what had no answer', { ...answered(run), answer: { kind: 'refused', gap: { kind: 'refused', detail: 'no' } } }, []],
  ['what this machine tried itself', answered({ via: 'here', address: '10.0.0.1', port: 80, count: 1 }), []],
])('%s', (_name, evidence, ways) => {
  expect(LOSSES.filter((loss) => canLack(evidence, loss))).toEqual(ways);
  for (const loss of LOSSES.filter((each) => !ways.includes(each))) expect(without(evidence, loss)).toBe(evidence);
});
