// One situation on one node: read it as we read nodes, predict every packet, let the kernel decide, compare.
import type { Netfilter } from '../../src/facts/netfilter.js';
import { branchOf, concluded } from '../../src/path/conclude.js';
import { baseChains } from '../../src/path/hooks.js';
import type { Packet } from '../../src/path/packet.js';
import { walk } from '../../src/path/predict.js';
import type { Prediction } from '../../src/path/prediction.js';
import type { World } from '../../src/path/world.js';
import { type Comparison, type Predicted, compare, isKnown, told } from './compare.js';
import { hold, isRejected } from './kernel.js';
import { NODE_ID, NOTHING, farId, worldOf } from './oracle-world.js';
import type { Sent, Situation } from './situation.js';
import { type Trail, recordTexts, traceOf, trailOf } from './trail.js';
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

export async function runNode(made: Situation): Promise<readonly Case[] | { readonly rejected: string }> {
  const held = await hold(made, async ({ place, send }) => {
    const world = worldOf(place, made);
    const textOf = recordTexts(netfilterOf(world), place.handles());
    return { world, textOf, observed: await send(made.packets) };
  });
  if (isRejected(held)) return held;
  const { world, textOf, observed } = held;
  const ruled = !made.undecided && !hasRivals(netfilterOf(world));
  const others = made.undecided ? [true, false].map((yes) => decidedWorld(world, yes)) : [];
  return made.packets.map((sent): Case => {
    const predicted = predictionOf(world, packetOf(sent));
    const trail = traceOf(sent, observed.traces, textOf);
    const [yes, no] = others.map((other) => signature(sent, other));
    const open = yes === no ? 'not here' : 'matters';
    const compared = compare(sent, predicted, { observed, ...(ruled ? { trail } : {}) });
    const guessed = made.undecided && open === 'matters' && predicted.prediction.branches.every(isKnown);
    const comparison = guessed
      ? { ...DISAGREE, rules: 'an undecidable rule matters, and the answer is not "unknown"' }
      : compared;
    return { sent, prediction: predicted.prediction, comparison, trail, ruled, ...(made.undecided ? { open } : {}) };
  });
}
const DISAGREE = { kind: 'disagree', kernel: { lines: [] }, ours: [] } as const;

const netfilterOf = (world: World): Netfilter => world.netns.get(NODE_ID)?.netfilter ?? NOTHING;

function decidedWorld(world: World, yes: boolean): World {
  const node = world.netns.get(NODE_ID);
  if (!node) throw new Error('the node was not read');
  return {
    ...world,
    netns: new Map([...world.netns, [NODE_ID, { ...node, netfilter: decided(netfilterOf(world), yes) }]]),
  };
}

/** What could be seen of a packet, whatever the rule's name. */
function signature(sent: Sent, world: World): string {
  const { branches } = concluded(packetOf(sent), walk(world, packetOf(sent)));
  const lines = branches.map((branch) => (isKnown(branch) ? JSON.stringify(told(sent, branch)) : 'unknown'));
  return [...new Set(lines)].toSorted().join('\n');
}

const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;
/** Chains whose order no dump tells: then the walk may cite the one and the kernel the other. */
const hasRivals = (netfilter: Netfilter): boolean =>
  HOOKS.some((hook) => {
    const places = baseChains(netfilter, hook).map(({ type, priority }) => `${type === 'nat'} ${priority}`);
    return new Set(places).size < places.length;
  });

export function predictionOf(world: World, packet: Packet): Predicted {
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
