// The API server of a generated cluster, in a process of its own so that what it holds weighs on nobody else.
// Started with the number of nodes; tells its address, and, when asked, what it was asked and how much it answered.
import { CHECKS } from '../../src/checks/index.js';
import { diagnose } from '../../src/cli/diagnose.js';
import { requestKey, type Answer, type Container, type Evidence } from '../../src/evidence/evidence.js';
import { containerKey, candidatesOf } from '../../src/evidence/loads.js';
import { parse, list, at } from '../../src/facts/read/untyped.js';
import { parseTarget } from '../../src/target/parse.js';
import { fakeApi, status, type Canned, type ExecMode, type Seen } from '../support/fake-api.js';
import { talkTo, type Known, type Said } from './fake-exec.js';
import { DEMO, FLOW, NAMESPACE } from './flow-words.js';
import { PEER_TABLES, population } from './population.js';

/** Bytes are those of bodies and of command output: what travels around them differs from run to run. */
export interface Served {
  readonly requests: number;
  readonly execs: number;
  /** Into that container which was asked most often. */
  readonly mostExecs: number;
  readonly nodePages: number;
  readonly nodePageBytes: number;
  readonly apiBytes: number;
  readonly execBytes: number;
  /** Before compression, and without the tables in which a node holds a line for each other node. */
  readonly execBytesButPeers: number;
}

const PAGE = 500;
const NODES = '/api/v1/nodes';
const served = { requests: 0, nodePages: 0, nodePageBytes: 0, apiBytes: 0, execBytes: 0, execBytesButPeers: 0 };
const execsOf = new Map<string, number>();

const cluster = population(DEMO, Number(process.argv[2]));
const recorded = new Map(cluster.evidence.map((one) => [requestKey(one.request), one]));

/** What netdiag asks of containers today, by container; the recording may be older and not hold all of it. */
async function questions(): Promise<ReadonlyMap<string, readonly Known[]>> {
  const found = new Map<string, Known[]>();
  const collect = async (requests: readonly Evidence['request'][]): Promise<Evidence[]> =>
    requests.map((request) => {
      const answer = recorded.get(requestKey(request))?.answer ?? made(request);
      if (request.via === 'run')
        for (const each of candidatesOf(request.where))
          found.set(containerKey(each), [...(found.get(containerKey(each)) ?? []), { ask: request.ask, answer }]);
      return { id: requestKey(request), request, at: '', answer };
    });
  const target = parseTarget({ words: FLOW, namespace: NAMESPACE });
  await diagnose({ target, checks: CHECKS, door: { collect } });
  return found;
}

const said = (tool: string, text: string): Answer => ({
  kind: 'answered',
  tool,
  text,
  exit: 0,
  stderr: '',
  elapsedMs: 10,
  through: '',
});

/** What was not asked when the recording was made. */
function made(request: Evidence['request']): Answer {
  if (request.via === 'api')
    return request.shape === 'list' ? said('api', JSON.stringify(page([]))) : { kind: 'absent' };
  const notRecorded: Answer = { kind: 'refused', gap: { kind: 'not-collected', detail: 'not recorded' } };
  if (request.via === 'here') return notRecorded;
  const { ask } = request;
  if (ask.id === 'resolv.conf') return said('file', `search shop.svc.cluster.local\nnameserver 10.101.0.10\n`);
  if (ask.id.startsWith('conntrack ')) return said('proc', '');
  if (ask.id.startsWith('sweep ')) return said('ping', '\u001esize 1450 0\n1 received\n');
  return notRecorded;
}

function exec(url: URL): ExecMode {
  const [, namespace = '', pod = ''] = /namespaces\/([^/]+)\/pods\/([^/]+)\/exec/.exec(url.pathname) ?? [];
  const container: Container = { namespace, pod, container: url.searchParams.get('container') ?? '' };
  const key = containerKey(container);
  execsOf.set(key, (execsOf.get(key) ?? 0) + 1);
  const asked = known.get(key) ?? [];
  if (asked.every(({ answer }) => hasNoShell(answer)))
    return { kind: 'status', status: { status: 'Failure', message: 'exec: "sh": executable file not found in $PATH' } };
  return { kind: 'talk', talk: (peer) => talkTo(peer, asked, count) };
}

function count({ said: sent, bytes, ask }: Said): void {
  served.execBytes += sent.length;
  if (ask === undefined || !(ask.id in PEER_TABLES)) served.execBytesButPeers += bytes;
}

const counts = (): Served => ({
  ...served,
  execs: [...execsOf.values()].reduce((sum, each) => sum + each, 0),
  mostExecs: Math.max(...execsOf.values()),
});

const hasNoShell = (answer: Answer): boolean =>
  answer.kind === 'refused' && answer.gap.kind === 'no-such-tool' && answer.gap.tools.includes('sh');

function counted(request: Seen): Canned {
  const query = new URLSearchParams(request.url.split('?')[1]);
  // Our client puts the page behind everything else.
  const path = request.url.replace(/[?&]limit=.*$/, '');
  const canned = answerTo(path, { limit: Number(query.get('limit')), from: Number(query.get('continue')) });
  const bytes = Buffer.byteLength(String(canned.body));
  served.requests += 1;
  if (path === NODES) {
    served.nodePages += 1;
    served.nodePageBytes += bytes;
  } else served.apiBytes += bytes;
  return canned;
}

interface Asked {
  readonly limit: number;
  readonly from: number;
}

/** A path as it was recorded: without the page. */
function answerTo(path: string, { limit, from }: Asked): Canned {
  const some = (total: number, each: (index: number) => object): Canned => {
    const until = Math.min(total, from + (limit || PAGE));
    const items = Array.from({ length: until - from }, (_, index) => each(from + index));
    return { body: JSON.stringify(page(items, until < total ? String(until) : undefined)) };
  };
  if (path === NODES) return some(cluster.nodes, cluster.node);
  if (path === '/api/v1/pods') return some(cluster.pods, cluster.pod);
  const held = recorded.get(`api ${path}`)?.answer;
  const onNode = /fieldSelector=spec\.nodeName%3D(.+)$/.exec(path)?.[1];
  if (onNode !== undefined) return { body: JSON.stringify(page([...itemsOf(held), ...cluster.fillers(onNode)])) };
  if (held?.kind === 'answered') return { body: held.text };
  if (limit > 0) return { body: JSON.stringify(page([])) };
  return { status: 404, body: status(404, `not found: ${path}`) };
}

const itemsOf = (answer: Answer | undefined): readonly unknown[] =>
  answer?.kind === 'answered' ? list(at(parse(answer.text), 'items')) : [];

function page(items: readonly unknown[], next?: string): object {
  const metadata = { resourceVersion: '1679', ...(next ? { continue: next } : {}) };
  return { kind: 'List', apiVersion: 'v1', metadata, items };
}

const known = await questions();
const api = await fakeApi({ answer: counted, exec });
process.send?.({ server: api.server });
process.on('message', () => process.send?.(counts()));
process.on('disconnect', () => void api.close());
