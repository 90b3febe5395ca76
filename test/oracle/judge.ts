// Judges a record: every packet predicted from what the node told, and compared with what the kernel did.
import type { Netfilter } from '../../src/facts/netfilter.js';
import { branchOf, concluded } from '../../src/path/conclude.js';
import type { BaseChain } from '../../src/path/base-chain.js';
import { baseChains } from '../../src/path/hooks.js';
import type { Packet } from '../../src/path/packet.js';
import { walk } from '../../src/path/predict.js';
import type { Prediction } from '../../src/path/prediction.js';
import type { World } from '../../src/path/world.js';
import { type Comparison, type Predicted, compare, isKnown, told } from './compare.js';
import { NODE_ID, NOTHING, farId, worldOf } from './oracle-world.js';
import { type Recorded, recalling } from './record.js';
import type { Sent } from './situation.js';
import { type Rivals, tableOfChain } from './rivals.js';
import { type Trail, trailOf } from './trail.js';
import { decided } from './undecided.js';

export interface Case {
  readonly sent: Sent;
  readonly prediction: Prediction;
  readonly comparison: Comparison;
  /** What the kernel says the packet matched. */
  readonly trail: Trail;
  /** Rules were compared one by one, not only the ends. */
  readonly ruled: boolean;
  /** Set where the situation holds a rule that cannot be decided: whether deciding it would change anything. */
  readonly open?: 'matters' | 'not here';
}

export function judge(recorded: Recorded): readonly Case[] {
  const { undecided, answers, packets } = recorded;
  const world = worldOf(recalling(answers), recorded);
  const ruled = !undecided;
  const rivals = rivalsOf(netfilterOf(world));
  const others = undecided ? [true, false].map((yes) => decidedWorld(world, yes)) : [];
  return packets.map(({ sent, lines, trail }): Case => {
    const predicted = predictionOf(world, packetOf(sent));
    const [yes, no] = others.map((other) => signature(sent, other));
    const open = yes === no ? 'not here' : 'matters';
    const compared = compare(sent, predicted, { lines, rivals, ...(ruled ? { trail } : {}) });
    const guessed = undecided && open === 'matters' && predicted.prediction.branches.every(isKnown);
    const comparison = guessed ? { ...GUESSED, kernel: { lines } } : compared;
    return { sent, prediction: predicted.prediction, comparison, trail, ruled, ...(undecided ? { open } : {}) };
  });
}
const GUESSED = {
  kind: 'disagree',
  ours: [],
  rules: 'an undecidable rule matters, and we do not say "unknown"',
} as const;

const netfilterOf = (world: World): Netfilter => world.netns.get(NODE_ID)?.netfilter ?? NOTHING;

function decidedWorld(world: World, yes: boolean): World {
  const node = world.netns.get(NODE_ID);
  if (!node) throw new Error('the node was not read');
  const netfilter = decided(netfilterOf(world), yes);
  return { ...world, netns: new Map([...world.netns, [NODE_ID, { ...node, netfilter }]]) };
}

/** What could be seen of a packet, whatever the rule's name. */
function signature(sent: Sent, world: World): string {
  const { branches } = concluded(packetOf(sent), walk(world, packetOf(sent)));
  const lines = branches.map((branch) => (isKnown(branch) ? JSON.stringify(told(sent, branch)) : 'unknown'));
  return [...new Set(lines)].toSorted().join('\n');
}

const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;
const placeOf = ({ type, priority }: BaseChain): string => `${type === 'nat'} ${priority}`;
/** Tables with chains whose order no dump tells: the walk may cite the one first and the kernel the other. */
const rivalsOf = (netfilter: Netfilter): Rivals =>
  new Map(
    HOOKS.flatMap((hook) => {
      const chains = baseChains(netfilter, hook);
      const isRival = (chain: BaseChain): boolean =>
        chains.some((other) => other !== chain && placeOf(other) === placeOf(chain));
      return chains.filter(isRival).map(({ label, type }) => [tableOfChain(label), type === 'nat'] as const);
    }).toSorted(([, left], [, right]) => Number(left) - Number(right)),
  );

function predictionOf(world: World, packet: Packet): Predicted {
  const ways = walk(world, packet);
  return {
    prediction: concluded(packet, ways),
    ways: ways.map((way) => ({ branch: branchOf(packet, way), trail: trailOf(way) })),
  };
}

const packetOf = (sent: Sent): Packet => ({
  protocol: sent.protocol,
  from: sent.dev === undefined ? NODE_ID : farId(sent.dev),
  dst: sent.dst,
  sport: sent.sport,
  dport: sent.dport,
  ...(sent.src === undefined ? {} : { src: sent.src }),
  ...(sent.mark === undefined ? {} : { mark: sent.mark }),
});
