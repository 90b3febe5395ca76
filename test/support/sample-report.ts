// Hand-made reports: one of each verdict, with every part a format must show.
import type { Failure } from '../../src/checks/check.js';
import { changes, reads } from '../../src/checks/check.js';
import type { FailedVerdict, Verdict } from '../../src/layers/verdict.js';
import type { FlowReport, Report } from '../../src/report/report.js';
import { nodeSubject, podSubject, type Subject } from '../../src/target/subject.js';

const flow: Subject<'flow'> = {
  kind: 'flow',
  source: { kind: 'pod', namespace: 'shop', name: 'web-0' },
  protocol: 'tcp',
  address: '10.96.7.20',
  port: 80,
  service: { namespace: 'shop', name: 'api', port: 'http' },
};
const listener: Failure = {
  kind: 'fail',
  severity: 'outage',
  confidence: 'observed',
  says: 'nothing listens on 8080/tcp in the pod, though svc/api sends connections there; it listens on 8081/tcp',
  cites: [
    { on: 'pod/api-7c9', shows: 'LISTEN on 0.0.0.0:8081 only', command: 'cat /proc/net/tcp /proc/net/tcp6' },
    { on: 'api', shows: 'targetPort http is containerPort 8080', command: 'kubectl -n shop get svc api -o yaml' },
  ],
  fix: [
    reads(
      'compare with what the program was told',
      'kubectl -n shop get pod api-7c9 -o jsonpath={.spec.containers[*].args}',
    ),
    changes(
      'send connections to the port that is listened on',
      `kubectl -n shop patch svc api --type=json -p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":8081}]'`,
    ),
  ],
  refute: reads('would connect', 'kubectl -n shop exec web-0 -- nc -zv -w 2 10.244.2.7 8080'),
};
const refused: Failure = {
  kind: 'fail',
  severity: 'degraded',
  confidence: 'observed',
  says: 'refused 3 of 3, after 1 ms',
  cites: [{ on: 'pod/web-0', shows: 'ECONNREFUSED after 1 ms', command: 'nc -zv -w 4 10.96.7.20 80' }],
  fix: [reads('look at the backends', 'kubectl -n shop get endpointslices -l kubernetes.io/service-name=api')],
  refute: reads('would connect', 'kubectl -n shop exec web-0 -- nc -zv -w 2 10.96.7.20 80'),
};
const crowded: Failure = {
  kind: 'fail',
  severity: 'risk',
  confidence: 'programmed',
  says: 'table at 240000 of 262144 entries (91%)',
  cites: [{ on: 'node/w1', shows: '240000', command: 'cat /proc/sys/net/netfilter/nf_conntrack_count' }],
  fix: [reads('see what fills it', 'conntrack -L | head')],
  refute: reads('would print a number far below the limit', 'cat /proc/sys/net/netfilter/nf_conntrack_count'),
};
const failed = (check: string, subject: Subject, failure: Failure): FailedVerdict => ({
  check,
  layer: 'L4',
  subject,
  from: ['e3'],
  ...failure,
});
const root = failed('port-not-listened', podSubject('shop', 'api-7c9'), listener);
const effect = failed('connection-refused', flow, refused);
const risk = failed('conntrack-saturation', nodeSubject('w1'), crowded);
const passed: Verdict = {
  check: 'link-down',
  layer: 'L1',
  subject: nodeSubject('w1'),
  from: ['e1'],
  kind: 'pass',
  says: 'all 7 links are up',
};
const skipped: Verdict = {
  ...passed,
  check: 'overlay-device-broken',
  layer: 'L2',
  kind: 'skip',
  says: 'no overlay: routes lead straight to nodes',
};
const gap = { kind: 'out-of-reach', rung: 'node', detail: 'no running container of the pod has a shell' } as const;
const unknown: Verdict = {
  check: 'listens-on-loopback',
  layer: 'L4',
  subject: podSubject('shop', 'api-8d2'),
  from: [],
  kind: 'unknown',
  gaps: [gap],
};
const strip: FlowReport = {
  name: 'pod/web-0 -> svc/api:http',
  observed: 'refused 3 of 3 after 1 ms',
  predicted: 'delivered to pod/api-7c9 by svc/api (1 of 1 backend), where no socket listens: refused',
  agree: 'agree',
  hops: [
    { name: 'pod/web-0', state: 'ok', says: 'default route by eth0' },
    { name: 'node/w1', state: 'ok', says: 'translated to 10.244.2.7:8080' },
    { name: 'node/w2', state: 'ok', says: 'bridged to pod/api-7c9' },
    { name: 'pod/api-7c9', state: 'broken', says: 'no socket on 8080/tcp' },
  ],
  steps: [
    { hop: 'pod/web-0', says: 'route by eth0', cites: 'default via 10.244.1.1 dev eth0', mark: 'ok' },
    {
      hop: 'node/w1',
      says: 'translated to 10.244.2.7:8080',
      cites: '-A KUBE-SEP-X -j DNAT --to-destination 10.244.2.7:8080',
      mark: 'ok',
    },
    { hop: 'pod/api-7c9', says: 'no socket on 8080/tcp', cites: '', command: 'ss -Hlntp', mark: 'stop' },
  ],
};

export const BROKEN: Report = {
  tool: { name: 'kubectl-netdiag', version: '0.1.0' },
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 1234,
  request: { words: ['pod/web-0', 'svc/api:http'], source: 'pod/web-0', dest: 'svc/api:http', rung: 'exec' },
  context: 'lab',
  server: 'v1.34.1',
  status: 'findings',
  exitCode: 3,
  headline: 'port-not-listened: nothing listens on 8080/tcp in pod/api-7c9',
  findings: [
    {
      rank: 1,
      fingerprint: 'a1b2c3d4',
      verdict: root,
      effects: [{ fingerprint: 'b2c3d4e5', verdict: effect, because: 'the kernel answers a closed port with RST' }],
    },
    { rank: 2, fingerprint: 'c3d4e5f6', verdict: risk, effects: [] },
  ],
  flows: [strip],
  verdicts: [passed, skipped, root, effect, risk, unknown],
  missing: [],
  unseen: [
    {
      gap,
      why: 'no running container of the pod has a shell',
      checks: ['listens-on-loopback'],
      subjects: ['pod/api-8d2'],
    },
  ],
  mutations: [],
  evidence: [{ id: 'e3', asked: 'sockets on pod/api-7c9', through: 'shop/api-7c9 (api)' }],
  counts: { nodes: 3, checks: 31, rounds: 3, requests: 14, execs: 4, bytes: 51234 },
};

export const HEALTHY: Report = {
  ...BROKEN,
  status: 'ok',
  exitCode: 0,
  headline: 'pod/web-0 reaches svc/api:http: connected 3 of 3',
  findings: [],
  flows: [
    {
      ...strip,
      observed: 'connected 3 of 3 in 1 ms',
      predicted: 'delivered',
      hops: strip.hops.map((hop) => ({ ...hop, state: 'ok' as const })),
    },
  ],
  verdicts: [passed, skipped],
  unseen: [],
};

export const INCONCLUSIVE: Report = {
  ...HEALTHY,
  status: 'inconclusive',
  exitCode: 4,
  headline: 'cannot tell whether pod/web-0 reaches svc/api:http: its attempt was not made',
  flows: [
    {
      ...strip,
      observed: 'timed out 3 of 3 after 4.0 s',
      predicted: 'delivered',
      agree: 'contradict',
      hops: strip.hops.map((hop, at) => ({
        ...hop,
        state: at < 2 ? ('ok' as const) : ('unknown' as const),
        says: 'not read',
      })),
    },
  ],
  verdicts: [
    passed,
    { ...unknown, gaps: [{ kind: 'forbidden', permission: 'create pods/exec in "shop"', detail: 'RBAC' }] },
    { ...passed, check: 'mtu-mismatch', layer: 'L3', kind: 'crashed', error: 'the link has no mtu' },
  ],
  missing: [
    {
      check: 'attempt',
      subject: 'pod/web-0 -> svc/api (10.96.7.20:80/tcp)',
      why: 'may not create pods/exec in "shop"',
    },
  ],
  unseen: [
    {
      gap: { kind: 'forbidden', permission: 'create pods/exec in "shop"', detail: 'RBAC' },
      why: 'may not create pods/exec in "shop"',
      checks: ['listens-on-loopback', 'port-not-listened'],
      subjects: ['pod/api-8d2', 'pod/web-0'],
    },
  ],
  mutations: [
    { verb: 'created', object: 'job/netdiag-w1-x7k2p -n kube-system' },
    {
      verb: 'left',
      object: 'job/netdiag-w1-x7k2p -n kube-system',
      command: 'kubectl -n kube-system delete job netdiag-w1-x7k2p',
    },
  ],
};
