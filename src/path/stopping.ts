// Where the way of a flow ends short of its end, told by the path alone and borne out by what was tried.
import type { Source } from '../facts/fact.js';
import { agreement } from './agreement.js';
import type { Branch, Hop, Outcome, Prediction } from './prediction.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    stopping: Stopping;
  }
}
export type Stopping =
  | { readonly kind: 'goes' }
  /** Not known to its end, or not as it was seen. */
  | { readonly kind: 'open'; readonly why: string }
  | {
      readonly kind: 'stops';
      /** `node/w1`, `pod/shop/web`. */
      readonly netns: string;
      readonly does: string;
      readonly by: string;
      readonly command: string;
      /** Share of new connections it happens to. */
      readonly share: number;
    };

/** Said of the namespace that does it. */
const DOES: Readonly<Partial<Record<Outcome['kind'], string>>> = {
  dropped: 'drops',
  refused: 'refuses',
  'no-route': 'has no route for',
  'neighbour-unreachable': 'finds no neighbour for',
  untranslated: 'does not translate back',
  loop: 'sends round in a loop',
};

export const stopping: Source<'flow', Stopping> = (flow, know) => {
  know.ahead([
    [flow, 'attempts'],
    [flow, 'predicted'],
  ]);
  const predicted = know.get(flow, 'predicted');
  const attempts = know.peek(flow, 'attempts');
  const tries = attempts.kind === 'unknown' ? [] : attempts.value.tries;
  // A packet that goes where it should not have gone says that the walk is wrong, and not the node.
  if (tries.length > 0 && agreement(tries, predicted) !== 'agree')
    return { kind: 'open', why: 'what was tried does not bear out what was predicted' };
  const isOpen = predicted.branches.some(({ outcome, reply }) => [outcome, reply?.outcome].some(isUnknown));
  return worst(predicted) ?? (isOpen ? { kind: 'open', why: 'the way is not known to its end' } : { kind: 'goes' });
};

const isUnknown = (outcome: Outcome | undefined): boolean => outcome?.kind === 'unknown';

function worst({ branches }: Prediction): Stopping | undefined {
  const stops = branches.flatMap((branch) => stopOf(branch) ?? []);
  return stops.toSorted((left, right) => right.share - left.share)[0];
}

function stopOf({ outcome, hops, reply, probability }: Branch): Extract<Stopping, { kind: 'stops' }> | undefined {
  const there = ending(outcome, hops, 'the packet');
  const end = there ?? (reply && ending(reply.outcome, reply.hops, 'its answer'));
  return end && { kind: 'stops', ...end, share: probability };
}

function ending(outcome: Outcome, hops: readonly Hop[], what: string) {
  const does = DOES[outcome.kind];
  if (does === undefined || !('by' in outcome)) return undefined;
  const { netns, by } = outcome;
  const step = hops.at(-1)?.steps.findLast(({ command }) => command !== undefined);
  return { netns, does: `${does} ${what}`, by, command: step?.command ?? 'ip route' };
}
