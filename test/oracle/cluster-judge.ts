// Judges what a cluster recorded: what a socket in each place was told, and the rules that each node's kernel matched.
import { branchOf, concluded } from '../../src/path/conclude.js';
import { podLinks } from '../../src/path/pod-links.js';
import { walk } from '../../src/path/predict.js';
import type { Prediction, Symptom } from '../../src/path/prediction.js';
import type { Scenario } from '../../src/path/scenario.js';
import type { Netns, PodAt, World } from '../../src/path/world.js';
import { type ClusterPacket, NODES, NODE_IPS, POD_IPS, nodeOf } from './cluster.js';
import { PLACES, type RecordedCluster, type RecordedClusterPacket } from './cluster-record.js';
import { type Comparison, isKnown } from './compare.js';
import { readNetns } from './oracle-world.js';
import { recalling } from './record.js';
import { type Trail, firstDifference, trailIn } from './trail.js';
import { decided } from './undecided.js';

export interface ClusterCase {
  readonly packet: ClusterPacket;
  readonly prediction: Prediction;
  readonly comparison: Comparison;
  /** Of both nodes, one after the other. */
  readonly trail: Trail;
  readonly ruled: boolean;
  readonly open?: 'matters' | 'not here';
}

const idOf = (name: string): string => (name.startsWith('n') ? `node/${name}` : `pod/x/${name}`);

export function judgeCluster(recorded: RecordedCluster): readonly ClusterCase[] {
  const world = worldOf(recorded, (netns) => netns);
  const others = recorded.undecided
    ? [true, false].map((yes) => worldOf(recorded, (netns) => deciding(netns, yes)))
    : [];
  return recorded.packets.map((each): ClusterCase => {
    const { packet, trails } = each;
    const ways = waysOf(world, packet);
    const prediction = concluded(asked(packet), ways);
    const [yes, no] = others.map((other) => concluded(asked(packet), waysOf(other, packet)).symptoms.toSorted().join());
    const open = yes === no ? 'not here' : 'matters';
    const isGuess = recorded.undecided && open === 'matters' && prediction.branches.every(isKnown);
    const trail = joined(Object.values(trails));
    const comparison = isGuess ? GUESSED : compare(each, prediction, recorded.undecided ? [] : ways);
    return {
      packet,
      prediction,
      comparison,
      trail,
      ruled: !recorded.undecided,
      ...(recorded.undecided ? { open } : {}),
    };
  });
}
const GUESSED: Comparison = {
  kind: 'disagree',
  kernel: { lines: [] },
  ours: [],
  rules: 'an undecidable rule matters, and we do not say "unknown"',
};

const deciding = (netns: Netns, yes: boolean): Netns =>
  netns.netfilter ? { ...netns, netfilter: decided(netns.netfilter, yes) } : netns;
const joined = (trails: readonly Trail[]): Trail => ({
  there: trails.flatMap(({ there }) => there),
  back: trails.flatMap(({ back }) => back),
});
const asked = ({ protocol, netns, dst, sport, dport }: ClusterPacket) => ({
  protocol,
  from: idOf(netns),
  dst,
  sport,
  dport,
});
const waysOf = (world: World, packet: ClusterPacket): readonly Scenario[] => walk(world, asked(packet));

function worldOf({ places }: RecordedCluster, change: (netns: Netns) => Netns): World {
  const netns = new Map(
    PLACES.map((place): readonly [string, Netns] => [
      idOf(place),
      change(readNetns(recalling(places[place] ?? {}), idOf(place))),
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

function fits(packet: ClusterPacket, result: string, { symptoms, branches }: Prediction): boolean {
  const expected = symptoms.flatMap((symptom) => FITS[symptom]);
  // Errors about routes are rationed per peer, so that one may be missing.
  const rationed =
    result === 'waiting' &&
    branches.some(({ outcome }) => outcome.kind === 'no-route' || outcome.kind === 'neighbour-unreachable');
  // An ARP entry that failed for UDP is silent until it is asked again.
  const silent = packet.protocol === 'udp' && result === 'waiting' && expected.includes('EHOSTUNREACH');
  return expected.includes(result) || rationed || silent;
}

function compare(
  { packet, result, repeated, trails }: RecordedClusterPacket,
  prediction: Prediction,
  ways: readonly Scenario[],
): Comparison {
  const ours = [{ lines: prediction.symptoms.flatMap((symptom) => FITS[symptom]) }];
  const disagree = { kind: 'disagree', kernel: { lines: [result] }, ours } as const;
  if (!fits(packet, result, prediction))
    return prediction.symptoms.includes('unknown') ? { kind: 'unanswered' } : disagree;
  // With dice every attempt may go another way, and the trails are of several.
  if (repeated && ways.length > 1) return { kind: 'agree' };
  const fitting = ways.filter((way) => {
    const branch = branchOf(asked(packet), way);
    return isKnown(branch) && fits(packet, result, { symptoms: [branch.symptom], branches: [branch] });
  });
  const differences = fitting.map((way) => differenceOf(way, { trails, repeated }));
  if (fitting.length === 0 || differences.includes(undefined)) return { kind: 'agree' };
  return { ...disagree, rules: [...new Set(differences)].join(' | ') };
}

function differenceOf(
  way: Scenario,
  { trails, repeated }: Pick<RecordedClusterPacket, 'trails' | 'repeated'>,
): string | undefined {
  // Rationed errors, and those of a neighbour that is given up after seconds, may come late or not at all.
  const outcome = (way.there?.outcome ?? (way.stage.at === 'end' ? way.stage.outcome : undefined))?.kind;
  const isLate = outcome === 'no-route' || outcome === 'neighbour-unreachable' || outcome === 'refused';
  for (const node of NODES) {
    const kernel = trails[node] ?? { there: [], back: [] };
    // Answers that are sent again cannot be told from the first.
    const isOneWay = repeated || (isLate && kernel.back.length === 0);
    const legs: readonly (keyof Trail)[] = isOneWay ? ['there'] : ['there', 'back'];
    const difference = firstDifference(trailIn(way, idOf(node)), kernel, legs);
    if (difference !== undefined) return `${node} ${difference}`;
  }
  return undefined;
}
