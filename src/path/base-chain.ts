// A chain that hangs on a netfilter hook, and the packet on its way from one to the next.
import { type Ending, type Sight, type Verdict, trailTexts } from './chain.js';
import type { Fork } from './fork.js';
import { hookStep } from './hook-steps.js';
import type { Frame } from './packet.js';
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
}
export function after(before: Passing, base: BaseChain, ending: Ending): Passing {
  const verdict: Verdict = ending.verdict ?? { kind: base.policy };
  const trail = trailTexts(ending.trail);
  const by = ending.verdict ? (trail.at(-1) ?? base.policyText) : base.policyText;
  const step = hookStep({ before: before.frame, after: ending.frame, base, trail, verdict, by });
  const passing = { frame: ending.frame, fork: ending.fork, steps: step ? [...before.steps, step] : before.steps };
  return stops(verdict) ? { ...passing, stopped: verdict, by } : passing;
}
