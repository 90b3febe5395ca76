// `npm run oracle -- --cases N --seed N`: random situations, the kernel's verdict and ours, compared packet by packet.
import { parseArgs } from 'node:util';
import { summary } from '../path/support/tell.js';
import { branchOf, concluded } from '../../src/path/conclude.js';
import { walk } from '../../src/path/predict.js';
import type { World } from '../../src/path/world.js';
import { recordTexts, traceOf, trailOf } from './trail.js';
import type { Packet } from '../../src/path/packet.js';
import { type Comparison, type Predicted, compare } from './compare.js';
import { cluster } from './cluster.js';
import { runCluster } from './cluster-main.js';
import { Counts } from './counts.js';
import { hold, isRejected } from './kernel.js';
import { NODE_ID, NOTHING, farId, worldOf } from './oracle-world.js';
import { dice } from './random.js';
import { type Family, type Sent, type Situation, situation } from './situation.js';

const PACKETS = 200;
const CLUSTER_PACKETS = 60;
const FAMILIES: readonly (Family | 'cluster')[] = ['routes', 'iptables-nft', 'iptables-legacy', 'nft', 'cluster'];

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    family: { type: 'string', multiple: true, default: [] },
    show: { type: 'string', default: '5' },
  },
});

if (process.getuid?.() !== 0) {
  console.error('the oracle makes network namespaces and loads rules into them: it must run as root');
  process.exit(2);
}

const counts = new Counts();
const cases = Number(values.cases);
const seed = Number(values.seed);
const chosen = FAMILIES.filter((family) => values.family.length === 0 || values.family.includes(family));
const single = chosen.filter((family) => family !== 'cluster');
const started = Date.now();
console.log(`seed ${seed}, ${cases} cases, families ${chosen.join(', ')}`);
async function one(number: number): Promise<void> {
  const dealt = dice(number);
  if (dealt.pick(chosen) === 'cluster') return oneCluster(number);
  const made = situation(dice(number), PACKETS, single);
  const held = await hold(made, async ({ place, send }) => {
    const world = worldOf(place, made);
    const predictions = made.packets.map((sent) => predictionOf(world, packetOf(sent)));
    const netfilter = world.netns.get(NODE_ID)?.netfilter ?? NOTHING;
    const textOf = recordTexts(netfilter, place.handles());
    return { predictions, textOf, observed: await send(made.packets) };
  });
  if (isRejected(held)) {
    counts.rejected(made.family, held.rejected);
    return;
  }
  for (const [at, sent] of made.packets.entries()) {
    const predicted = held.predictions[at];
    if (!predicted) continue;
    const { prediction } = predicted;
    const trail = traceOf(sent.sport, held.observed.traces, held.textOf);
    const comparison = compare(sent, predicted, { observed: held.observed, trail });
    counts.add(made.family, comparison, prediction);
    if (comparison.kind === 'disagree' && counts.failed <= Number(values.show))
      show(number, { made, sent, comparison, lines: summary(prediction) });
    if (comparison.kind === 'unanswered' && process.env['ORACLE_UNANSWERED'] !== undefined)
      console.log(
        'unanswered',
        summary(prediction).filter((line) => line.includes('unknown')),
      );
  }
}

async function oneCluster(number: number): Promise<void> {
  const made = cluster(dice(number), CLUSTER_PACKETS);
  for (const { packet, prediction, comparison } of await runCluster(made)) {
    counts.add('cluster', comparison, prediction);
    if (comparison.kind === 'disagree' && counts.failed <= Number(values.show)) {
      console.log(`situation ${number} (cluster): ${JSON.stringify(packet)}, broken: ${made.faults.join(' | ')}`);
      console.log(`  kernel: ${comparison.kernel.lines.join()}, ours: ${comparison.ours[0]?.lines.join()}`);
      for (const line of summary(prediction)) console.log(`  ${line}`);
    }
    if (comparison.kind === 'unanswered' && process.env['ORACLE_UNANSWERED'] !== undefined) {
      console.log(
        'unanswered',
        number,
        packet.netns,
        packet.dst,
        made.faults,
        summary(prediction).filter((line) => line.includes('unknown')),
      );
    }
  }
}

function predictionOf(world: World, packet: Packet): Predicted {
  const ways = walk(world, packet);
  return {
    prediction: concluded(packet, ways),
    ways: ways.map((way) => ({ branch: branchOf(packet, way), trail: trailOf(way) })),
  };
}

export const packetOf = (sent: Sent): Packet => ({
  protocol: sent.protocol,
  from: sent.dev === undefined ? NODE_ID : farId(sent.dev),
  dst: sent.dst,
  sport: sent.sport,
  dport: sent.dport,
  ...(sent.src === undefined ? {} : { src: sent.src }),
  ...(sent.mark === undefined ? {} : { mark: sent.mark }),
});

interface Shown {
  readonly made: Situation;
  readonly sent: Sent;
  readonly comparison: Extract<Comparison, { kind: 'disagree' }>;
  readonly lines: readonly string[];
}
function show(number: number, { made, sent, comparison, lines }: Shown): void {
  console.log(`situation ${number} (${made.family}): ${JSON.stringify(sent)}`);
  console.log(`  kernel: ${comparison.kernel.lines.join(' | ') || 'nothing'}`);
  for (const each of comparison.ours) console.log(`  ours:   ${each.lines.join(' | ') || 'nothing'}`);
  if (comparison.rules !== undefined) console.log(`  rules:  ${comparison.rules}`);
  for (const line of lines) console.log(`  ${line}`);
}

for (let at = 0; counts.total < cases && at < cases; at += 1) await one(seed * 1_000_003 + at);
for (const line of counts.lines((Date.now() - started) / 1000)) console.log(line);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
