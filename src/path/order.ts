// Base chains of one hook and one priority: the kernel runs first the one that was registered last, and no dump tells
// which that is. Mostly it does not matter; where it does, the walk goes both ways.
import { type Sight, decide } from './chain.js';
import { type BaseChain, type Passing, after } from './base-chain.js';
import type { Fork } from './fork.js';
import { frameKey } from './packet.js';

export interface Group {
  readonly priority: number;
  readonly chains: readonly BaseChain[];
}

export function byPriority(chains: readonly BaseChain[]): readonly Group[] {
  const priorities = [...new Set(chains.map(({ priority }) => priority))].toSorted((left, right) => left - right);
  return priorities.map((priority) => ({ priority, chains: chains.filter((each) => each.priority === priority) }));
}

interface Running {
  readonly sight: Sight;
  /** The chains that are left are not asked. */
  readonly isDone: (passing: Passing) => boolean;
}

/** As many chains as four make 24 orders; nobody was seen to have more. */
const MOST_CHAINS = 4;

export const inAnyOrder = (start: Passing, chains: readonly BaseChain[], running: Running): readonly Passing[] =>
  chains.length < 2 ? inOrder(start, chains, running) : inEachOrder(start, chains, running);

function inEachOrder(start: Passing, chains: readonly BaseChain[], running: Running): readonly Passing[] {
  const why = `which comes first of ${chains.map(({ label }) => label).join(' or ')}, which have one priority`;
  if (chains.length > MOST_CHAINS) return [{ ...start, stopped: { kind: 'unknown', why }, by: why }];
  const different = new Map(
    orders(chains)
      .toReversed()
      .map((order) => [keysOf(inOrder(start, order, running)), order]),
  );
  const question = `${running.sight.netns.id} ${why}`;
  let open: Fork | undefined = start.fork;
  return [...different.values()].toReversed().flatMap((order, at, { length }) => {
    if (!open) return [];
    const isLast = at === length - 1;
    const { yes, no }: { yes?: Fork; no?: Fork } = isLast
      ? { yes: open }
      : decide({ doubt: why }, open, `${question}: ${at}`);
    open = no;
    return yes ? inOrder({ ...start, fork: yes }, order, running) : [];
  });
}

const orders = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  items.length < 2
    ? [items]
    : items.flatMap((item, at) => orders(items.toSpliced(at, 1)).map((others) => [item, ...others]));

function inOrder(start: Passing, chains: readonly BaseChain[], { sight, isDone }: Running): readonly Passing[] {
  let passing: readonly Passing[] = [start];
  for (const base of chains) {
    passing = passing.flatMap((each) =>
      isDone(each) ? [each] : base.run(each, sight).map((ending) => after(each, base, { ending, sight })),
    );
  }
  return passing;
}

export const keyOf = ({ frame, stopped, routed }: Passing): string =>
  `${frameKey(frame)} ${routed ? frameKey(routed) : ''} ${JSON.stringify(stopped ?? '')}`;

/** Dropped is dropped, whichever rule did it and whatever it had done to the packet before. */
const keysOf = (passing: readonly Passing[]): string =>
  passing
    .map(
      (each) =>
        `${each.fork.choices.split(';').toSorted().join(';')} ${each.stopped ? JSON.stringify(each.stopped) : keyOf(each)}`,
    )
    .toSorted()
    .join('\n');
