import { expect, test } from 'vitest';
import { FLOW_TO_POD, pod } from '../../src/checks/samples.js';
import type { ContainerObject, PodObject } from '../../src/facts/kube.js';
import { idle } from '../../src/model/idle.js';
import { podSubject } from '../../src/target/subject.js';
import { given, made } from '../support/made.js';

const [CONTAINER] = pod().containers;
if (!CONTAINER) throw new Error('the sample has a container');
const container = (different: Partial<ContainerObject>): ContainerObject => ({ ...CONTAINER, ...different });
const app = container({ name: 'app', ports: [{ port: 8080, protocol: 'TCP' }] });
const sidecar = container({ name: 'proxy', ports: [{ port: 15001, protocol: 'TCP' }] });
const crashed = { running: false, ready: false, waiting: 'CrashLoopBackOff: back-off 40s' } as const;

function told(source: Partial<PodObject>, dest: Partial<PodObject>) {
  const [from, to] = [
    { ...pod(source), name: 'web' },
    { ...pod(dest), name: 'api' },
  ];
  const world = [
    given(FLOW_TO_POD, { ends: { source: from, pod: to, endpoints: [] } }),
    ...[from, to].map(({ namespace, name }) => given(podSubject(namespace, name), { events: [] })),
  ];
  const fact = made({ idle: idle as never }, FLOW_TO_POD, world)('idle');
  return fact.kind === 'known'
    ? (fact.value as readonly { what: string; why: string }[]).map(({ what, why }) => `${what}: ${why}`)
    : fact;
}

const RUNS = { phase: 'Running', containers: [app, sidecar] } as const;

test.each<readonly [string, readonly [source: Partial<PodObject>, dest: Partial<PodObject>], readonly string[]]>([
  ['both run', [RUNS, RUNS], []],
  [
    'the source waits for a node',
    [{ phase: 'Pending', notReady: 'Unschedulable: 0/3 nodes' }, RUNS],
    ['pod/web does not run: Unschedulable: 0/3 nodes'],
  ],
  [
    'all containers are down',
    [RUNS, { ...RUNS, containers: [container({ ...app, ...crashed })] }],
    ['pod/api does not run: CrashLoopBackOff: back-off 40s'],
  ],
  [
    'the one that serves is down',
    [RUNS, { ...RUNS, containers: [container({ ...app, ...crashed }), sidecar] }],
    ['container app of pod/api, which declares port 8080, does not run: CrashLoopBackOff: back-off 40s'],
  ],
  ['another one is down', [RUNS, { ...RUNS, containers: [app, container({ ...sidecar, ...crashed })] }], []],
  [
    'the source’s own sidecar is down',
    [{ ...RUNS, containers: [container({ ...app, ...crashed }), sidecar] }, RUNS],
    [],
  ],
  ['a Job has ended', [RUNS, { ...RUNS, phase: 'Succeeded' }], ['pod/api does not run: phase Succeeded']],
])('%s', (_, ends, expected) => {
  expect(told(...ends)).toEqual(expected);
});
