// The life of one probe pod: asked for, waited for, removed. Every step that fails is a Gap that says which.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, Gap } from './evidence.js';
import { fieldsOf, listOf, textOf } from './kubeconfig/config.js';
import type { ProbeSpec } from './probe-spec.js';
import { PROBE_CONTAINER, probeJob, probePod } from './probe-spec.js';
import type { Outcome, Transport } from './transport.js';

export interface Made {
  readonly kind: 'job' | 'pod';
  readonly namespace: string;
  readonly name: string;
}

export interface Waiting {
  readonly transport: Transport;
  readonly deadlineMs: number;
  /** Aborted when the run is over: nothing new is made, and nobody waits any longer. */
  readonly over: AbortSignal;
  /** Told of each object the moment it exists, so that none is forgotten whatever happens next. */
  readonly made: (object: Made) => void;
}

const POLL_MS = 150;
/** Measured: a Job's pod runs after 0.6 to 1.5 s. No pod object after five: nobody is at work on Jobs. */
const NO_POD_MS = 5_000;

const OVER: Gap = { kind: 'not-collected', detail: 'the run was over before the probe pod was there' };

/** A container of ours on the node, ready for an exec. */
export async function startProbe(spec: ProbeSpec, waiting: Waiting): Promise<Container | Gap> {
  const job = await create(spec, waiting, 'job');
  if (!('kind' in job)) {
    const started = await podRunning(spec, waiting, `labelSelector=job-name%3D${job.name}`);
    if (started !== 'no pod') return started;
  } else if (job.kind !== 'forbidden') return job;
  if (waiting.over.aborted) return OVER;
  const pod = await create(spec, waiting, 'pod');
  if ('kind' in pod) return pod;
  const started = await podRunning(spec, waiting, `fieldSelector=metadata.name%3D${pod.name}`);
  return started === 'no pod' ? { kind: 'refused', detail: `the probe pod ${pod.name} vanished` } : started;
}

/** Asks the server what it would say, before anything exists: a Job is accepted where its pod would be refused. */
export async function tryProbe(spec: ProbeSpec, transport: Transport): Promise<Gap | undefined> {
  const path = `/api/v1/namespaces/${spec.namespace}/pods?dryRun=All`;
  const got = await transport.call({ method: 'POST', path, body: probePod(spec) });
  // A webhook that does not declare its side effects answers a dry run with 400: that says nothing about the pod.
  if (got.kind === 'refused' && got.status === 400) return undefined;
  return gapOf(got, `probe pod refused in namespace "${spec.namespace}"`);
}

function gapOf(got: Outcome, what: string): Gap | undefined {
  if (got.kind === 'answered') return undefined;
  if (got.kind === 'absent') return { kind: 'refused', detail: `${what}: ${got.says}` };
  if (got.gap.kind !== 'forbidden') return got.gap;
  // RBAC says "cannot create resource"; a 403 in other words is admission's: PodSecurity, a quota, a policy.
  const { detail } = got.gap;
  return /cannot \w+ resource/.test(detail) ? got.gap : { kind: 'refused', detail: `${what}: ${detail}` };
}

async function create(spec: ProbeSpec, waiting: Waiting, kind: Made['kind']): Promise<{ name: string } | Gap> {
  const group = kind === 'job' ? '/apis/batch/v1' : '/api/v1';
  const path = `${group}/namespaces/${spec.namespace}/${kind}s`;
  const body = kind === 'job' ? probeJob(spec) : probePod(spec);
  const got = await waiting.transport.call({ method: 'POST', path, body });
  const gap = gapOf(got, `probe pod refused in namespace "${spec.namespace}"`);
  if (gap || got.kind !== 'answered') return gap ?? { kind: 'refused', detail: 'no answer' };
  const name = textOf(fieldsOf(fieldsOf(JSON.parse(got.text))['metadata'])['name']) ?? '';
  waiting.made({ kind, namespace: spec.namespace, name });
  return { name };
}

type Started = Container | Gap | 'no pod';

async function podRunning(spec: ProbeSpec, waiting: Waiting, query: string): Promise<Started> {
  const startedMs = Date.now();
  for (;;) {
    const got = await waiting.transport.call({ path: `/api/v1/namespaces/${spec.namespace}/pods?${query}` });
    if (got.kind !== 'answered') return gapOf(got, 'cannot see the probe pod') ?? 'no pod';
    const pod = fieldsOf(listOf(fieldsOf(JSON.parse(got.text))['items'])[0]);
    const state = stateOf(pod, spec);
    if (state) return state;
    if (waiting.over.aborted) return OVER;
    const waitedMs = Date.now() - startedMs;
    if (!('metadata' in pod) && waitedMs > NO_POD_MS) return 'no pod';
    if (Date.now() > waiting.deadlineMs) return late(pod, spec, waitedMs);
    await sleep(POLL_MS);
  }
}

function stateOf(pod: Readonly<Record<string, unknown>>, spec: ProbeSpec): Container | Gap | undefined {
  const status = fieldsOf(pod['status']);
  const container = fieldsOf(fieldsOf(listOf(status['containerStatuses'])[0])['state']);
  if ('running' in container) {
    const name = textOf(fieldsOf(pod['metadata'])['name']) ?? '';
    return { namespace: spec.namespace, pod: name, container: PROBE_CONTAINER };
  }
  const waiting = fieldsOf(container['waiting']);
  const reason = textOf(waiting['reason']) ?? '';
  const message = textOf(waiting['message']) ?? textOf(status['message']) ?? '';
  const hopeless = /^(ErrImage|ImagePull|InvalidImage|Create\w*Error|RunContainerError|CrashLoop)/.test(reason);
  if (hopeless || status['phase'] === 'Failed' || status['phase'] === 'Succeeded') {
    const why = reason || textOf(status['reason']) || 'it ended at once';
    return { kind: 'refused', detail: `no probe pod on ${spec.node} from ${spec.image}: ${why} ${message}`.trim() };
  }
  return undefined;
}

function late(pod: Readonly<Record<string, unknown>>, { node }: ProbeSpec, afterMs: number): Gap {
  const phase = textOf(fieldsOf(pod['status'])['phase']) ?? 'not there';
  return { kind: 'timeout', afterMs, detail: `the probe pod on ${node} is ${phase}` };
}

/** True when it is gone or going. Uses no signal of the run: an interrupted run must still clean up. */
export async function removeProbe(transport: Transport, { kind, namespace, name }: Made): Promise<boolean> {
  const group = kind === 'job' ? '/apis/batch/v1' : '/api/v1';
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, propagationPolicy: 'Background' };
  const path = `${group}/namespaces/${namespace}/${kind}s/${name}`;
  const got = await transport.call({ method: 'DELETE', path, body, timeoutMs: 5_000 });
  return got.kind !== 'refused';
}
