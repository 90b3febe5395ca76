// The simulator alone on a node with 55,000 rules: reading them, the first walk, and every walk after it.
import { readNetfilter } from '../../src/facts/asks/netfilter.js';
import type { Answered } from '../../src/facts/read/answered.js';
import { isUnreadable } from '../../src/facts/fact.js';
import type { Netfilter } from '../../src/facts/netfilter.js';
import { predict } from '../../src/path/predict.js';
import type { World } from '../../src/path/world.js';
import { captured } from '../path/support/captured-world.js';
import { capturedLab } from '../path/support/lab-world.js';
import { atMost, median, told, type Line } from './line.js';
import { grown } from './rules.js';

const LAB = 'flannel-vxlan-iptables-1.34';
const NODE = 'node/w1';
/** The recorded Service stands behind all that were added, so the walk looks at every one of them first. */
const SERVICE = '10.201.59.6';
const [READINGS, WALKS] = [5, 50];
/** A person waits for a few walks, a report for some hundred. */
const WALK_MS = 5;

export function path(): readonly Line[] {
  const text = grown(captured(`${LAB}/node-w1/iptables.iptables-nft-save.txt`));
  const { world, pods } = capturedLab(LAB);
  const from = pods.find(({ id }) => id.includes('shop/web'))?.id ?? '';
  const readings = Array.from({ length: READINGS }, () => timed(() => readAll(text)));
  const netfilter = readAll(text);
  const many = withRules(world, netfilter);
  const walk = (): string => predict(many, { protocol: 'tcp', from, dst: SERVICE, dport: 80 }).symptoms.join();
  const [first, few] = [timed(walk), predict(world, { protocol: 'tcp', from, dst: SERVICE, dport: 80 })];
  if (walk() !== few.symptoms.join()) throw new Error('with more rules the walk ends elsewhere');
  // The shortest: what else this machine does makes walks longer, and nothing makes them shorter.
  const walks = Math.min(...Array.from({ length: WALKS }, () => timed(walk)));
  return [
    told('reading 55,000 rules, and no walk', `${median(readings).toFixed(0)} ms`),
    told('the first walk over them, which takes apart the rules it meets', `${first.toFixed(1)} ms`),
    atMost('a walk over 55,000 rules', walks, { limit: WALK_MS, unit: 'ms' }),
  ];
}

function timed(run: () => unknown): number {
  const began = performance.now();
  run();
  return performance.now() - began;
}

function readAll(text: string): Netfilter {
  const iptables: Answered = {
    kind: 'answered',
    tool: 'iptables-nft-save',
    text,
    exit: 0,
    stderr: '',
    elapsedMs: 0,
    through: '',
  };
  const netfilter = readNetfilter({ iptables });
  if (isUnreadable(netfilter)) throw new Error(netfilter.unreadable);
  return { ...netfilter, unread: [] };
}

function withRules(world: World, netfilter: Netfilter): World {
  const node = world.netns.get(NODE);
  if (!node) throw new Error(`${NODE} is not in the recording`);
  return { ...world, netns: new Map([...world.netns, [NODE, { ...node, netfilter }]]) };
}
