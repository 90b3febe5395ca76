// Two nodes and their pods against the kernel: what a socket in each place was told, and what we said it would be.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Netns, PodAt, World } from '../../src/path/world.js';
import type { Prediction, Symptom } from '../../src/path/prediction.js';
import { podLinks } from '../../src/path/pod-links.js';
import { predict } from '../../src/path/predict.js';
import { type Cluster, type ClusterPacket, LISTENS, NODES, NODE_IPS, POD_IPS, nodeOf } from './cluster.js';
import type { Comparison } from './compare.js';
import { placeIn } from './kernel.js';
import { readNetns } from './oracle-world.js';

const AGENT = fileURLToPath(new URL('cluster-agent.py', import.meta.url));
const PLACES = [...NODES, ...Object.keys(POD_IPS)];
const idOf = (name: string): string => (name.startsWith('n') ? `node/${name}` : `pod/x/${name}`);

export interface ClusterResult {
  readonly packet: ClusterPacket;
  readonly prediction: Prediction;
  readonly comparison: Comparison;
}

let clusters = 0;

export async function runCluster(made: Cluster): Promise<readonly ClusterResult[]> {
  const prefix = `netdiag-oracle-${process.pid}-c${(clusters += 1)}-`;
  for (const place of PLACES) spawnSync('ip', ['netns', 'add', `${prefix}${place}`]);
  const agent = spawn('python3', [AGENT], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: agent.stdout })[Symbol.asyncIterator]();
  try {
    const script = made.script.join('\n').replaceAll('@', prefix);
    spawnSync('sh', ['-c', script], { encoding: 'utf8', timeout: 60_000 });
    const netns = Object.fromEntries(PLACES.map((place) => [place, `${prefix}${place}`]));
    const listen = Object.keys(POD_IPS).flatMap((place) => LISTENS.map((each) => ({ netns: place, ...each })));
    agent.stdin.write(`${JSON.stringify({ netns, listen })}\n`);
    await lines.next();
    const world = worldOf(prefix);
    const predictions = made.packets.map((packet) =>
      predict(world, {
        protocol: packet.protocol,
        from: idOf(packet.netns),
        dst: packet.dst,
        sport: packet.sport,
        dport: packet.dport,
      }),
    );
    agent.stdin.write(`${JSON.stringify({ packets: made.packets, pace: 0.02, settle: 4 })}\n`);
    const line = await lines.next();
    // At the JSON door: the agent's own document.
    const results = JSON.parse(String(line.value)) as Readonly<Record<string, string>>;
    return made.packets.flatMap((packet, at) => {
      const prediction = predictions[at];
      return prediction
        ? [{ packet, prediction, comparison: compare(packet, prediction, results[String(packet.id)] ?? 'nothing') }]
        : [];
    });
  } finally {
    agent.stdin.end();
    agent.kill('SIGKILL');
    for (const place of PLACES) spawnSync('ip', ['netns', 'delete', `${prefix}${place}`]);
  }
}

function worldOf(prefix: string): World {
  const netns = new Map(
    PLACES.map((place): readonly [string, Netns] => [
      idOf(place),
      readNetns(placeIn(`${prefix}${place}`).ask, idOf(place)),
    ]),
  );
  const pods = new Map(
    Object.entries(POD_IPS).map(([pod, ip]): readonly [string, PodAt] => [
      ip,
      { netns: idOf(pod), node: nodeOf(pod), hostNetwork: false },
    ]),
  );
  const own = NODES.flatMap((node): readonly (readonly [string, string])[] =>
    (netns.get(idOf(node))?.addresses ?? [])
      .filter(({ family, link }) => family === 4 && link !== 'lo')
      .map(({ ip }) => [ip, idOf(node)] as const),
  );
  return {
    netns,
    pods,
    podLinks: podLinks({ netns, pods }),
    nodeIps: new Map([...own, ...Object.entries(NODE_IPS).map(([node, ip]) => [ip, idOf(node)] as const)]),
  };
}

const FITS: Readonly<Record<Symptom, readonly string[]>> = {
  connected: ['connected'],
  answered: ['connected'],
  sent: ['answered'],
  refused: ['ECONNREFUSED'],
  timeout: ['waiting'],
  'no-route': ['EHOSTUNREACH'],
  'net-unreachable': ['ENETUNREACH'],
  'not-permitted': ['EPERM', 'EACCES'],
  'protocol-unreachable': ['ENOPROTOOPT'],
  'invalid-argument': ['EINVAL'],
  unknown: [],
};

function compare(packet: ClusterPacket, { symptoms, branches }: Prediction, result: string): Comparison {
  const expected = symptoms.flatMap((symptom) => FITS[symptom]);
  // Errors about routes are rationed per peer, so that one may be missing.
  const rationed =
    result === 'waiting' &&
    branches.some(({ outcome }) => outcome.kind === 'no-route' || outcome.kind === 'neighbour-unreachable');
  // An ARP entry that failed for UDP is silent until it is asked again.
  const silent = packet.protocol === 'udp' && result === 'waiting' && expected.includes('EHOSTUNREACH');
  if (expected.includes(result) || rationed || silent) return { kind: 'agree' };
  if (symptoms.includes('unknown')) return { kind: 'unanswered' };
  return { kind: 'disagree', kernel: { lines: [result] }, ours: [{ lines: [...expected] }] };
}
