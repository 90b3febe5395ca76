// A chain that hangs on a netfilter hook, and the packet on its way from one to the next.
import type { Ending, Sight, Trail, Verdict } from './chain.js';
import type { Fork } from './fork.js';
import { hookStep } from './hook-steps.js';
import type { Frame } from './packet.js';
import { isStranded } from './leave.js';
import type { Step } from './prediction.js';

export interface BaseChain {
  readonly label: string;
  readonly type: string;
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
  readonly policyText: string;
  readonly command: string;
  run(start: Pick<Ending, 'frame' | 'fork'>, sight: Sight): readonly Ending[];
}

export type Stopping = Exclude<Verdict, { readonly kind: 'accept' }>;
const stops = (verdict: Verdict): verdict is Stopping => verdict.kind !== 'accept';

export interface Passing {
  readonly frame: Frame;
  readonly fork: Fork;
  readonly steps: readonly Step[];
  /** Absent while it passes. */
  readonly stopped?: Stopping;
  /** The rule or policy that stopped it. */
  readonly by?: string;
  /** As it was when OUTPUT had it routed again. */
  readonly routed?: Frame;
  /** There was no way then: it is lost, and no further chain sees it. */
  readonly stranded?: true;
}

export const isOver = ({ stopped, stranded }: Passing): boolean => stopped !== undefined || stranded === true;

export function after(before: Passing, base: BaseChain, { ending, sight }: Ended): Passing {
  const verdict: Verdict = ending.verdict ?? { kind: base.policy };
  const trail = trailTexts(ending.trail);
  const by = ending.verdict ? (trail.at(-1) ?? base.policyText) : base.policyText;
  const step = hookStep({ before: before.frame, after: ending.frame, base, trail, verdict, by });
  const steps = step ? [...before.steps, step] : before.steps;
  const passing = { ...before, frame: ending.frame, fork: ending.fork, steps };
  if (stops(verdict)) return { ...passing, stopped: verdict, by };
  const { dst, src, mark } = before.frame;
  const isMoved = passing.frame.dst !== dst || passing.frame.src !== src || passing.frame.mark !== mark;
  return base.type === 'route' && isMoved ? routedAgain(passing, sight) : passing;
}

interface Ended {
  readonly ending: Ending;
  readonly sight: Sight;
}

/** ip_route_me_harder: nat asks when the destination is new, chains of type route (mangle is one) for a mark as well. */
export function routedAgain(passing: Passing, { hook, netns, bound }: Sight): Passing {
  if (hook !== 'output') return passing;
  const { frame } = passing;
  const routed = { ...passing, routed: frame };
  return isStranded(netns, frame, bound) ? { ...routed, stranded: true } : routed;
}

function trailTexts(trail: Trail | undefined): readonly string[] {
  const texts: string[] = [];
  for (let at = trail; at; at = at.before) texts.push(at.text);
  return texts.toReversed();
}
