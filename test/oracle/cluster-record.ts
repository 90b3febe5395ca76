// Two nodes and their pods: what each place told, what the sockets in them were told, and what the nodes' rules matched.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Cluster, type ClusterPacket, LISTENS, NODES, POD_IPS } from './cluster.js';
import { placeIn, switchOn } from './kernel.js';
import { readNetns } from './oracle-world.js';
import { type Answers, remembering } from './record.js';
import { type Record as Matched, type Trace, type Trail, isRepeated, recordTexts, traceOf } from './trail.js';

const AGENT = fileURLToPath(new URL('cluster-agent.py', import.meta.url));
export const PLACES = [...NODES, ...Object.keys(POD_IPS)];

export interface RecordedCluster {
  readonly family: 'cluster';
  readonly undecided: boolean;
  readonly faults: readonly string[];
  readonly places: Readonly<Record<string, Answers>>;
  readonly packets: readonly RecordedClusterPacket[];
}
export interface RecordedClusterPacket {
  readonly packet: ClusterPacket;
  readonly result: string;
  /** Sent again after a second: each time the dice are rolled anew. */
  readonly repeated: boolean;
  /** By node. */
  readonly trails: Readonly<Record<string, Trail>>;
}

interface Told {
  readonly results: Readonly<Record<string, string>>;
  readonly traces: Readonly<Record<string, readonly Trace[]>>;
}

let clusters = 0;

export async function recordCluster(made: Cluster): Promise<RecordedCluster> {
  const prefix = `netdiag-oracle-${process.pid}-c${(clusters += 1)}-`;
  for (const place of PLACES) spawnSync('ip', ['netns', 'add', `${prefix}${place}`]);
  const agent = spawn('python3', ['-B', AGENT], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: agent.stdout })[Symbol.asyncIterator]();
  try {
    const script = made.script.join('\n').replaceAll('@', prefix);
    spawnSync('sh', ['-c', script], { encoding: 'utf8', timeout: 60_000 });
    const netns = Object.fromEntries(PLACES.map((place) => [place, `${prefix}${place}`]));
    const listen = Object.keys(POD_IPS).flatMap((place) => LISTENS.map((each) => ({ netns: place, ...each })));
    agent.stdin.write(`${JSON.stringify({ netns, listen, trace: NODES })}\n`);
    await lines.next();
    const looked = PLACES.map((place) => lookAt(prefix, place));
    for (const node of NODES) switchOn(`${prefix}${node}`);
    agent.stdin.write(`${JSON.stringify({ packets: made.packets, pace: 0.02, settle: 4 })}\n`);
    const line = await lines.next();
    // At the JSON door: the agent's own document.
    const told = JSON.parse(String(line.value)) as Told;
    const places = Object.fromEntries(looked.map(({ place, answers }) => [place, answers]));
    const { undecided, faults } = made;
    return {
      family: 'cluster',
      undecided,
      faults,
      places,
      packets: made.packets.map((packet) => packetOf(packet, told, looked)),
    };
  } finally {
    agent.stdin.end();
    agent.kill('SIGKILL');
    for (const place of PLACES) spawnSync('ip', ['netns', 'delete', `${prefix}${place}`]);
  }
}

interface Looked {
  readonly place: string;
  readonly answers: Answers;
  readonly textOf?: (record: Matched) => string | undefined;
}

function lookAt(prefix: string, place: string): Looked {
  const there = placeIn(`${prefix}${place}`);
  const { ask, answers } = remembering(there);
  const { netfilter } = readNetns(ask, place);
  const isNode = NODES.some((node) => node === place);
  return {
    place,
    answers: answers(),
    ...(isNode && netfilter ? { textOf: recordTexts(netfilter, there.handles()) } : {}),
  };
}

function packetOf(packet: ClusterPacket, { results, traces }: Told, looked: readonly Looked[]): RecordedClusterPacket {
  const trails = looked.flatMap(({ place, textOf }) =>
    textOf ? [[place, traceOf(packet, traces[place] ?? [], textOf)] as const] : [],
  );
  const repeated = Object.values(traces).some((of) => isRepeated(packet, of));
  return { packet, result: results[String(packet.id)] ?? 'nothing', repeated, trails: Object.fromEntries(trails) };
}
