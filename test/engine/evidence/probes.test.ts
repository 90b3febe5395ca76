// Rung `node` against an API server that has Jobs, or has none, or whose admission says no.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { gapsOf, loadBundle, saveBundle } from '../../../src/evidence/bundle.js';
import type { LiveDoor } from '../../../src/evidence/door.js';
import { openDoor } from '../../../src/evidence/door.js';
import type { Request } from '../../../src/evidence/evidence.js';
import { replayDoor } from '../../../src/evidence/replay.js';
import type { Canned, FakeApi, Seen } from '../../support/fake-api.js';
import { fakeApi, flagsFor, status } from '../../support/fake-api.js';

vi.setConfig({ testTimeout: 60_000 });
let api: FakeApi;
let door: LiveDoor;
afterEach(async () => {
  await door.close();
  await api.close();
});

interface Cluster {
  readonly jobs?: Canned;
  readonly dryRun?: Canned;
  readonly ready?: string;
  readonly images?: readonly string[];
  /** Pods of Jobs: none when their controller is down. */
  readonly podOfJob?: boolean;
  readonly waiting?: object;
}

/** Enough of an API server for one probe pod to be born, looked at and removed. */
function cluster(options: Cluster) {
  return ({ method, url }: Seen): Canned | undefined => {
    const path = url.split('?')[0] ?? '';
    if (path.endsWith('/nodes/w1')) return { body: nodeObject(options) };
    if (method === 'POST' && url.includes('dryRun=All')) return options.dryRun ?? { status: 201, body: {} };
    if (method === 'POST' && path.endsWith('/jobs')) return options.jobs ?? created('netdiag-probe-j');
    if (method === 'POST') return created('netdiag-probe-p');
    if (method === 'DELETE') return { body: { kind: 'Status', status: 'Success' } };
    const none = url.includes('job-name') && options.podOfJob === false;
    return { body: { kind: 'PodList', metadata: {}, items: none ? [] : [podObject(options)] } };
  };
}
const created = (name: string): Canned => ({ status: 201, body: { metadata: { name } } });
const nodeObject = ({ ready = 'True', images = ['lab.local/nettools:1'] }: Cluster) => ({
  status: {
    conditions: [{ type: 'Ready', status: ready, message: 'Kubelet stopped posting' }],
    images: [{ names: images }],
  },
});
const podObject = ({ waiting }: Cluster) => ({
  metadata: { name: 'netdiag-probe-x' },
  status: { phase: 'Running', containerStatuses: [{ state: waiting ? { waiting } : { running: {} } }] },
});

const request: Request = {
  via: 'run',
  where: { kind: 'node', name: 'w1', agents: [], ready: true },
  ask: {
    id: 'uptime',
    phase: 'static',
    timeoutSeconds: 5,
    maxBytes: 1000,
    tries: [{ tool: 'proc', needs: ['cat'], script: 'cat /proc/uptime', shown: 'cat /proc/uptime' }],
  },
};

async function asked(options: Cluster, image?: string) {
  api = await fakeApi({ answer: cluster(options), exec: () => ({ kind: 'run', shell: ['dash'] }) });
  const probe = { namespace: 'kube-system', runMs: 30_000, ...(image ? { image } : {}) };
  door = openDoor({ flags: flagsFor(api), rung: 'node', version: '1', probe });
  const [evidence] = await door.collect([request], { budgetMs: 30_000 });
  return evidence?.answer;
}
const posted = (kind: string) =>
  api.seen
    .filter(({ method, body }) => method === 'POST' && body.includes(`"kind":"${kind}"`))
    .map(({ body }) => JSON.parse(body));
const deletions = () => api.seen.filter(({ method }) => method === 'DELETE').map(({ url }) => url);

describe('a probe pod', () => {
  it('comes from a Job that ends by itself, answers, and is removed', async () => {
    expect(await asked({})).toMatchObject({ kind: 'answered', through: 'kube-system/netdiag-probe-x (probe)' });
    expect(door.mutations()).toEqual([
      {
        verb: 'create',
        object: 'job/netdiag-probe-j -n kube-system',
        state: 'left',
        remove: 'kubectl delete job/netdiag-probe-j -n kube-system',
      },
    ]);
    await door.close();
    await door.close();
    expect(deletions()).toEqual(['/apis/batch/v1/namespaces/kube-system/jobs/netdiag-probe-j']);
    expect(door.mutations().map(({ state }) => state)).toEqual(['removed']);
  });

  it('has no token, only the capabilities it needs, and a deadline in the Job and in the pod', async () => {
    await asked({});
    const [job] = posted('Job');
    expect(job.spec).toMatchObject({ ttlSecondsAfterFinished: 0, activeDeadlineSeconds: 60, backoffLimit: 0 });
    const pod = job.spec.template.spec;
    expect(pod).toMatchObject({
      nodeName: 'w1',
      hostNetwork: true,
      hostPID: true,
      restartPolicy: 'Never',
      activeDeadlineSeconds: 60,
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
    });
    expect(pod.containers[0]).toMatchObject({
      image: 'lab.local/nettools:1',
      imagePullPolicy: 'Never',
      securityContext: {
        privileged: false,
        capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN', 'SYS_PTRACE'] },
      },
    });
    expect(job.metadata.labels['app.kubernetes.io/managed-by']).toBe('kubectl-netdiag');
    expect(Date.parse(job.metadata.annotations['netdiag/expires-at'])).toBeGreaterThan(Date.now());
  });

  it('may be pulled only where somebody named the image', async () => {
    await asked({}, 'reg/tools:2');
    const [job] = posted('Job');
    expect(job.spec.template.spec.containers[0]).toMatchObject({
      image: 'reg/tools:2',
      imagePullPolicy: 'IfNotPresent',
    });
  });

  it('is a bare pod where Jobs are forbidden', async () => {
    const says = 'jobs.batch is forbidden: User "jo" cannot create resource "jobs"';
    expect(await asked({ jobs: { status: 403, body: status(403, says) } })).toMatchObject({ kind: 'answered' });
    expect(door.mutations().map(({ object }) => object)).toEqual(['pod/netdiag-probe-p -n kube-system']);
  });

  it('is a bare pod where nobody makes pods of Jobs, and the Job is removed as well', async () => {
    expect(await asked({ podOfJob: false })).toMatchObject({ kind: 'answered' });
    await door.close();
    expect(deletions().toSorted()).toEqual([
      '/api/v1/namespaces/kube-system/pods/netdiag-probe-p',
      '/apis/batch/v1/namespaces/kube-system/jobs/netdiag-probe-j',
    ]);
  });
});

describe('no probe pod', () => {
  it.each<[string, Cluster, object]>([
    [
      'refused by PodSecurity, before anything exists',
      {
        dryRun: {
          status: 403,
          body: status(403, 'pods "x" is forbidden: violates PodSecurity "restricted:latest": hostNetwork'),
        },
      },
      {
        kind: 'refused',
        detail:
          'probe pod refused in namespace "kube-system": pods "x" is forbidden: violates PodSecurity "restricted:latest": hostNetwork',
      },
    ],
    [
      'not permitted',
      { dryRun: { status: 403, body: status(403, 'pods is forbidden: User "jo" cannot create resource "pods"') } },
      {
        kind: 'forbidden',
        permission: 'create pods in kube-system',
        detail: 'pods is forbidden: User "jo" cannot create resource "pods"',
      },
    ],
    [
      'a node that stopped reporting',
      { ready: 'Unknown' },
      { kind: 'unreachable', detail: 'node w1 is not Ready, no probe pod can start there: Kubelet stopped posting' },
    ],
    [
      'no image with tools on the node',
      { images: ['registry.k8s.io/pause:3.10'] },
      { kind: 'refused', detail: 'node w1 holds no image to probe from; name one with --image' },
    ],
    [
      'an image that went away',
      { waiting: { reason: 'ErrImageNeverPull', message: 'not present' } },
      { kind: 'refused', detail: 'no probe pod on w1 from lab.local/nettools:1: ErrImageNeverPull not present' },
    ],
  ])('%s', async (_, options, gap) => {
    expect(await asked(options)).toEqual({ kind: 'refused', gap });
  });
});

describe('a bundle', () => {
  it.each(['bundle.tar.gz', 'story'])('%s answers the same questions with the same evidence', async (name) => {
    await asked({});
    const evidence = door.evidence();
    const folder = mkdtempSync(join(tmpdir(), 'netdiag-bundle-'));
    const file = join(folder, name);
    const manifest = {
      schema: 1 as const,
      tool: '1',
      arguments: ['node/w1'],
      rung: 'node' as const,
      context: 'c',
      namespace: 'default',
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 5,
      gaps: gapsOf(evidence),
      mutations: door.mutations(),
    };
    saveBundle(file, { manifest, evidence });
    const replay = replayDoor(loadBundle(file));
    rmSync(folder, { recursive: true });
    expect(await replay.collect([request])).toEqual(evidence);
    expect(replay.rung).toBe('node');
    const other: Request = { via: 'api', path: '/api/v1/new', shape: 'object' };
    expect((await replay.collect([other]))[0]?.answer).toEqual({
      kind: 'refused',
      gap: { kind: 'not-collected', detail: 'not recorded: netdiag 1 did not ask it' },
    });
  });
});
