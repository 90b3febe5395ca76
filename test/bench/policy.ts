// npx tsx test/bench/policy.ts: what a verdict and a matrix cost in a cluster of 20,000 pods and 2,000 policies, after reading.
import { container, pod } from '../../src/checks/samples.js';
import { enforcer, policed } from '../../src/checks/samples-policy.js';
import type { PodObject, PolicyObject } from '../../src/facts/kube.js';
import { readPolicy } from '../../src/facts/read/kube-policy.js';
import type { PolicedPod } from '../../src/model/policed.js';
import { nameLabel } from '../../src/model/policies.js';
import { selects } from '../../src/model/selects.js';
import { intend } from '../../src/path/policy/intended.js';
import { matrixCells } from '../../src/path/policy/matrix.js';
import { matrixReport } from '../../src/report/policy-matrix.js';
import { drawSet } from '../lab/policy-draw.js';

const NAMESPACES = 100;
const PODS = 20_000;
const POLICIES = 2_000;
const LIMITS = { verdictMs: 50, matrixMs: 2_000 };
const SEED = 6;

const APPS = ['web', 'api', 'db'];
const PORTS = [
  { name: 'http', port: 8080, protocol: 'TCP' },
  { name: 'echo', port: 9000, protocol: 'TCP' },
];

function podAt(at: number): PodObject {
  const [name, namespace] = [`pod-${at}`, `pol-${at % NAMESPACES}`];
  const labels = { app: APPS[at % 3] ?? '', tier: at % 2 === 0 ? 'front' : 'back' };
  const ip = `10.${128 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`;
  return pod({
    namespace,
    name,
    uid: name,
    ip,
    ips: [ip],
    labels,
    containers: [container({ ports: PORTS.slice(0, 1) })],
  });
}

/** The property test's own dice, so that what is measured is what is proven. */
function policiesOf(pods: readonly PodObject[]): readonly PolicyObject[] {
  const ground = {
    namespaces: Array.from({ length: NAMESPACES }, (_, at) => `pol-${at}`),
    podIps: pods.slice(0, 200).flatMap(({ ip }) => ip ?? []),
    podRanges: ['10.128.0.0/16', '10.128.4.0/24'],
    nodeRange: '192.168.0.0/24',
  };
  const drawn: PolicyObject[] = [];
  for (let seed = SEED; drawn.length < POLICIES; seed += 1) {
    drawn.push(
      ...drawSet(seed, ground).map((one) =>
        readPolicy({ metadata: { namespace: one.namespace, name: `${one.name}-${seed}` }, spec: one.spec }),
      ),
    );
  }
  return drawn.slice(0, POLICIES);
}

/** Of the processor, which is no less than what a user waits for on an idle machine; and of the clock, beside others' work. */
interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

/** The first is what a user waits for; the median is what the code costs once it is warm. */
function measured(times: number, work: (turn: number) => void): { readonly first: Cost; readonly median: Cost } {
  const taken = Array.from({ length: times }, (_, turn): Cost => {
    const [started, before] = [performance.now(), process.cpuUsage()];
    work(turn);
    const { user, system } = process.cpuUsage(before);
    return { cpu: (user + system) / 1000, wall: performance.now() - started };
  });
  const [first = { cpu: 0, wall: 0 }] = taken;
  return { first, median: taken.toSorted((a, b) => a.cpu - b.cpu)[times >> 1] ?? first };
}

const pods = Array.from({ length: PODS }, (_, at) => podAt(at));
const policies = policiesOf(pods);

function endOf(one: PodObject): PolicedPod {
  const selecting = policies.filter(
    ({ namespace, podSelector }) => namespace === one.namespace && selects(podSelector, one.labels),
  );
  return { kind: 'pod', pod: one, selecting, namespaceLabels: nameLabel(one.namespace) };
}

const by = enforcer({ name: 'calico', says: 'calico' });
const verdict = measured(200, (turn) => {
  const [source, dest] = [pods[turn], pods[turn + NAMESPACES]].map((one) => endOf(one ?? pod()));
  if (source && dest) intend(policed({ enforcer: by, source, dests: [{ end: dest, port: 8080 }] }), { admin: [] });
});

const namespace = 'pol-7';
const own = pods.filter((one) => one.namespace === namespace);
const input = {
  namespace,
  pods: own,
  policies: policies.filter((one) => one.namespace === namespace),
  others: { admin: [] },
  enforcer: by,
  labels: nameLabel(namespace),
};
let cells = 0;
const matrix = measured(3, () => {
  const all = matrixCells(input);
  cells = all.length;
  matrixReport(all, { namespace, context: '', enforcer: { name: by.says, enforces: true } });
});

const lines = [
  ['one verdict, the first', verdict.first, LIMITS.verdictMs],
  ['one verdict, the median of 200', verdict.median, LIMITS.verdictMs],
  [
    `a matrix of ${own.length} pods (${cells} pairs, ${input.policies.length} policies), the first`,
    matrix.first,
    LIMITS.matrixMs,
  ],
  ['the same, the median of 3', matrix.median, LIMITS.matrixMs],
] as const;
console.log(`${PODS} pods, ${POLICIES} policies in ${NAMESPACES} namespaces, seed ${SEED}`);
for (const [what, { cpu, wall }, limit] of lines)
  console.log(
    `${cpu <= limit ? 'ok ' : 'NO '} ${cpu.toFixed(2).padStart(9)} ms of the processor  (at most ${limit}; ${wall.toFixed(0)} ms by the clock)  ${what}`,
  );
process.exitCode = lines.every(([, { cpu }, limit]) => cpu <= limit) ? 0 : 1;
