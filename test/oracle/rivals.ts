// Trails through tables of which nobody knows whose chain comes first: each table's rules are compared by themselves.
import { type Trail, byHandle } from './trail.js';

/** By table; true where its rival chains translate. */
export type Rivals = ReadonlyMap<string, boolean>;

/** `nat`, `legacy filter`, `ip kube-proxy`: as a rule's text begins. */
export const tableOfChain = (label: string): string => tableOf(`${label.replace(/ \S+$/, '')} -`);

function tableOf(text: string): string {
  const words = text.replace(/^nft /, '').split(' ');
  return words[1]?.startsWith('-') === true ? (words[0] ?? '') : words.slice(0, 2).join(' ');
}

export interface Legs {
  readonly ours: Trail;
  readonly kernel: Trail;
}
export type Stopped = Readonly<Record<keyof Trail, boolean>>;

/** Rivals stand behind all others, table by table, so that their order among each other is the same in both. */
export function inOneOrder({ ours, kernel }: Legs, rivals: Rivals, stopped: Stopped): Legs {
  if (rivals.size === 0) return { ours, kernel };
  const [there, back] = (['there', 'back'] as const).map((leg) =>
    aligned({ ours: ours[leg], kernel: kernel[leg] }, rivals, stopped[leg]),
  );
  return {
    ours: { there: there?.ours ?? [], back: back?.ours ?? [] },
    kernel: { there: there?.kernel ?? [], back: back?.kernel ?? [] },
  };
}

interface Pair {
  readonly ours: readonly string[];
  readonly kernel: readonly string[];
}

function aligned({ ours, kernel }: Pair, rivals: Rivals, stopped: boolean): Pair {
  const isAlone = (text: string): boolean => !rivals.has(tableOf(text));
  const pairs = [...rivals].map(([table, translates]): Pair => {
    const isOf = (text: string): boolean => tableOf(text) === table;
    const pair = { ours: ours.filter(isOf), kernel: kernel.filter(isOf) };
    // Where one has stopped the packet or settled its translation, the other was asked before or not at all.
    return (translates || stopped) && isPartOfOther(pair) ? { ours: [], kernel: [] } : pair;
  });
  return {
    ours: [...ours.filter(isAlone), ...pairs.flatMap((pair) => pair.ours)],
    kernel: [...kernel.filter(isAlone), ...pairs.flatMap((pair) => pair.kernel)],
  };
}

function isPartOfOther({ ours, kernel }: Pair): boolean {
  const [less, more] = ours.length < kernel.length ? [ours, kernel] : [kernel, ours];
  let at = 0;
  for (const text of more) if (byHandle(text) === byHandle(less[at] ?? '')) at += 1;
  return at === less.length;
}
