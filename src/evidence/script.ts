// One script per place and round: every question put to the place, its answers framed. Pure.
import type { Ask } from './evidence.js';
import { ENTER, needsView } from './script-enter.js';
import { PRELUDE } from './script-prelude.js';
import { quote } from './shell.js';

export interface Placed {
  readonly ask: Ask;
  /** Asked from outside, by a probe pod on the node: rung `node`. */
  readonly from?: { readonly kind: 'node' } | { readonly kind: 'pod'; readonly containerIds: readonly string[] };
}

export interface Frame {
  /** Marks the lines that are ours. Drawn anew for each script, so that no tool's output can hold it. */
  readonly nonce: string;
  /** The script ends by itself after this, whatever becomes of us. */
  readonly deadlineSeconds: number;
}

/** The phases a script goes through; it waits for a line of input after each. */
export const PHASES = ['before', 'attempts', 'after'] as const;
export type Phase = (typeof PHASES)[number];

/** Two cores are common; more at once would only make the others wait, and memory is charged to the container. */
const STATIC_LANES = 3;
/** An attempt sleeps on a socket and costs nothing: a broken flow must not wait for one timeout after another. */
const ATTEMPT_LANES = 16;
/** Below this a compressor costs more than the bytes it saves. */
const BIG_BYTES = 1 << 20;

/** Section `3` answers the fourth question; `3+` is its second sample. */
export const sectionKey = (index: number, phase: Phase): string => (phase === 'after' ? `${index}+` : `${index}`);

export function phasesOf(asks: readonly Ask[]): readonly Phase[] {
  const has = (phase: Ask['phase']) => asks.some((ask) => ask.phase === phase);
  return PHASES.filter((phase) => phase === 'before' || has(phase === 'attempts' ? 'attempt' : 'around'));
}

export function scriptFor(placed: readonly Placed[], phases: readonly Phase[], frame: Frame): string {
  const pods = podsIn(placed);
  return [
    PRELUDE,
    `m=@${frame.nonce}`,
    `dog ${frame.deadlineSeconds} $$ & g=$!`,
    ...(placed.some(({ from }) => from) ? [ENTER] : []),
    // Once for each pod: it reads the cgroup of every process on the node.
    ...pods.map((ids, at) => `netpid ${quote(ids)}; p${at}=$found d${at}=$denied`),
    ...phases.flatMap((phase) => phaseLines(placed, phase)),
    ...phases.map((phase) => `step ${phase}`),
    'end',
    '',
  ].join('\n');
}

/** The distinct pods a script enters, as their container ids. */
const podsIn = (placed: readonly Placed[]): readonly string[] => [
  ...new Set(placed.flatMap(({ from }) => (from?.kind === 'pod' ? [idsText(from.containerIds)] : []))),
];
const idsText = (ids: readonly string[]): string => ids.join(' ');

function phaseLines(placed: readonly Placed[], phase: Phase): readonly string[] {
  const pods = podsIn(placed);
  const sections = placed
    .map((one, index) => ({ ask: one.ask, line: section(one, sectionKey(index, phase), pods) }))
    .filter(({ ask }) => runsIn(ask, phase));
  const lanes = dealt(sections, phase === 'attempts' ? ATTEMPT_LANES : STATIC_LANES);
  const bodies = lanes.map((lane, at) => `${phase}${at}() {\nmortal\n${lane.map(({ line }) => line).join('\n')}\n}`);
  return [...bodies, `${phase}() {\nmortal\n${braid(phase, lanes.length)}\nprintf '\\n%s p ${phase}\\n' "$m"\n}`];
}

const runsIn = (ask: Ask, phase: Phase): boolean =>
  phase === 'attempts'
    ? ask.phase === 'attempt'
    : ask.phase === 'around' || (phase === 'before' && ask.phase === 'static');

/** The largest go to lane 0, which writes straight out; the others wait in a pipe of 64 KB if they are ahead of it. */
function dealt<T extends { readonly ask: Ask }>(sections: readonly T[], lanes: number): readonly (readonly T[])[] {
  const bySize = sections.toSorted((a, b) => b.ask.maxBytes - a.ask.maxBytes);
  const big = bySize.filter(({ ask }) => ask.maxBytes >= BIG_BYTES * 8);
  const small = bySize.slice(big.length);
  const rest = Math.max(1, lanes - (big.length > 0 ? 1 : 0));
  const dealtSmall = Array.from({ length: rest }, (_, lane) => small.filter((__, at) => at % rest === lane));
  return [big, ...dealtSmall].filter((lane) => lane.length > 0);
}

/**
 * `c | { b | { a; cat; }; cat; }`: all lanes run at once and come out one after another, held meanwhile by the pipes
 * between them. The only way to run things at once and keep their output apart without a file.
 */
function braid(phase: Phase, lanes: number): string {
  if (lanes === 0) return ':';
  return Array.from({ length: lanes - 1 }, (_, at) => at + 1).reduce(
    (inner, lane) => `${phase}${lane} | { mortal; ${inner}; cat; }`,
    `${phase}0`,
  );
}

function section({ ask, from }: Placed, key: string, pods: readonly string[]): string {
  const pod = from?.kind === 'pod' ? pods.indexOf(idsText(from.containerIds)) : undefined;
  const tries = ask.tries.map(({ needs, script }) => {
    if (pod !== undefined) return entered(pod, needs, script);
    return `${quote(needs.join(' '))} ${quote(from ? `outside ${quote(script)}` : script)}`;
  });
  return `${ask.maxBytes >= BIG_BYTES ? 'big' : 'ask'} ${key} ${ask.timeoutSeconds} ${tries.join(' ')}`;
}

function entered(pod: number, needs: readonly string[], script: string): string {
  const way = needsView(script) ? 'view' : 'enter';
  return `${quote([...needs, 'nsenter'].join(' '))} ${quote(`${way} "$p${pod}" "$d${pod}" ${quote(script)}`)}`;
}
