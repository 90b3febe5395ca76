// One netfilter hook: every table that has a chain there, in the kernel's order, with conntrack and nat in between.
import type { Iptables, Netfilter } from '../facts/netfilter.js';
import { type Ending, type HookName, type Sight, type Verdict, decide, runChain, trailTexts } from './chain.js';
import { type Connections, type Manip, isSettled, leaveAlone, track, translate } from './conntrack.js';
import { type Fork, join } from './fork.js';
import { chainsOf } from './iptables/table.js';
import { nftBaseChains } from './nft/base.js';
import { type Frame, frameKey } from './packet.js';
import type { Step } from './prediction.js';
import { hookStep, translationStep } from './hook-steps.js';

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
type Phase = (passing: Passing, sight: Sight) => readonly Passing[];
interface Placed {
  readonly priority: number;
  readonly phase: Phase;
}

const PRIORITIES: Readonly<Record<string, number>> = { raw: -300, mangle: -150, filter: 0, security: 50 };
const MANIP: Readonly<Record<HookName, Manip | undefined>> = {
  prerouting: 'dst',
  output: 'dst',
  input: 'src',
  postrouting: 'src',
  forward: undefined,
};

export function runHook(
  start: Pick<Passing, 'frame' | 'fork'>,
  connections: Connections,
  sight: Sight,
): readonly Passing[] {
  const { netfilter, id } = sight.netns;
  let passing: readonly Passing[] = [{ ...start, steps: [] }];
  if (!netfilter) passing = orUnknown(passing, sight, 'the packet filter');
  const foreign = sight.hook === 'prerouting' ? otherFamilies(netfilter) : [];
  for (const what of [...(netfilter?.unread ?? []), ...foreign]) passing = orUnknown(passing, sight, what);
  const phases = netfilter ? [...tablePhases(netfilter, sight.hook)] : [];
  const manip = MANIP[sight.hook];
  if (sight.hook === 'prerouting' || sight.hook === 'output') {
    const phase: Phase = (each) => [{ ...each, frame: track(connections, each.frame, id) }];
    phases.push({ priority: -200, phase });
  }
  // All nat chains hang on one hook entry of fixed priority, whatever priorities they have among themselves.
  if (manip) phases.push({ priority: manip === 'dst' ? -100 : 100, phase: natPhase(netfilter, manip) });
  for (const { phase } of phases.toSorted((left, right) => left.priority - right.priority)) {
    passing = passing.flatMap((each) => (each.stopped ? [each] : phase(each, sight)));
    passing = join(passing, (each) => `${frameKey(each.frame)} ${JSON.stringify(each.stopped ?? '')} ${each.by ?? ''}`);
  }
  return passing;
}

/** They see frames, before and around what is walked here. */
const otherFamilies = (netfilter: Netfilter | undefined): readonly string[] =>
  (netfilter?.nft ?? [])
    .filter(({ family, chains }) => /^(?:bridge|netdev)$/.test(family) && [...chains.values()].some(({ base }) => base))
    .map(({ family, name }) => `nft table ${family} ${name}`);

/** Filter tables: each runs its chain, and what it accepts goes on to the next. */
function* tablePhases(netfilter: Netfilter, hook: HookName): Generator<Placed> {
  for (const base of baseChains(netfilter, hook)) {
    if (base.type === 'nat') continue;
    yield {
      priority: base.priority,
      phase: (each, sight) => base.run(each, sight).map((end) => after(each, base, end)),
    };
  }
}

const bases = new WeakMap<Netfilter, Map<HookName, readonly BaseChain[]>>();

export function baseChains(netfilter: Netfilter, hook: HookName): readonly BaseChain[] {
  const known = bases.get(netfilter) ?? new Map<HookName, readonly BaseChain[]>();
  bases.set(netfilter, known);
  const found = known.get(hook) ?? [
    ...netfilter.iptables.flatMap((dump) => iptablesBases(dump, hook)),
    ...netfilter.nft.flatMap((table) => nftBaseChains(table, hook)),
  ];
  known.set(hook, found);
  return found;
}

function iptablesBases(dump: Iptables, hook: HookName): readonly BaseChain[] {
  const name = hook.toUpperCase();
  return [...dump.tables.values()].flatMap((table): readonly BaseChain[] => {
    const chain = table.chains.get(name);
    const priority = table.name === 'nat' ? (MANIP[hook] === 'dst' ? -100 : 100) : PRIORITIES[table.name];
    if (chain?.policy === undefined || priority === undefined) return [];
    const chains = chainsOf(dump, table);
    return [
      {
        label: `${dump.backend === 'legacy' ? 'legacy ' : ''}${table.name} ${name}`,
        type: table.name === 'nat' ? 'nat' : 'filter',
        priority,
        policy: chain.policy === 'DROP' ? 'drop' : 'accept',
        policyText: `-P ${name} ${chain.policy}`,
        command: `iptables-${dump.backend}-save -t ${table.name}`,
        run: (start, sight) => runChain({ chains, name, sight }, start),
      },
    ];
  });
}

function after(before: Passing, base: BaseChain, ending: Ending): Passing {
  const verdict: Verdict = ending.verdict ?? { kind: base.policy };
  const trail = trailTexts(ending.trail);
  const by = ending.verdict ? (trail.at(-1) ?? base.policyText) : base.policyText;
  const step = hookStep({ before: before.frame, after: ending.frame, base, trail, verdict, by });
  const passing = { frame: ending.frame, fork: ending.fork, steps: step ? [...before.steps, step] : before.steps };
  return stops(verdict) ? { ...passing, stopped: verdict, by } : passing;
}

/** Both ways: what could not be read leaves the packet alone, or does something that nobody can tell. */
function orUnknown(passing: readonly Passing[], sight: Sight, what: string): readonly Passing[] {
  const why = `${what} of ${sight.netns.id}, which could not be read`;
  return passing.flatMap((each) => {
    const { yes, no } = decide({ doubt: why }, each.fork, `${sight.netns.id} ${what} is harmless`);
    return [
      ...(yes ? [{ ...each, fork: yes }] : []),
      ...(no ? [{ ...each, fork: no, stopped: { kind: 'unknown', why } as const, by: why }] : []),
    ];
  });
}

/** Only the first packet of a connection asks the rules; all others do as that one did. */
function natPhase(netfilter: Netfilter | undefined, manip: Manip): Phase {
  return (each, sight) => {
    const { frame } = each;
    if (!frame.conn) return [each];
    if (frame.state !== 'NEW' || isSettled(frame, manip)) {
      const moved = translate(frame, manip);
      const step = moved === frame ? undefined : translationStep(frame, moved);
      return [{ ...each, frame: moved, steps: step ? [...each.steps, step] : each.steps }];
    }
    const chains = netfilter ? baseChains(netfilter, sight.hook).filter(({ type }) => type === 'nat') : [];
    return askNatChains(
      each,
      chains.toSorted((left, right) => left.priority - right.priority),
      { sight, manip },
    );
  };
}

interface Asking {
  readonly sight: Sight;
  readonly manip: Manip;
}

function askNatChains(start: Passing, chains: readonly BaseChain[], { sight, manip }: Asking): readonly Passing[] {
  const rival = rivals(start, chains, { sight, manip });
  // Of two nat chains with one priority the kernel asks first the one registered last: no dump tells which that is.
  if (rival) return [{ ...start, stopped: { kind: 'unknown', why: `which comes first: ${rival}` }, by: rival }];
  let passing: readonly Passing[] = [start];
  for (const base of chains) {
    passing = passing.flatMap((each) =>
      each.stopped || isSettled(each.frame, manip)
        ? [each]
        : base.run(each, sight).map((end) => after(each, base, end)),
    );
  }
  return passing.map((each) =>
    each.stopped || isSettled(each.frame, manip) ? each : { ...each, frame: leaveAlone(each.frame, manip) },
  );
}

function rivals(start: Passing, chains: readonly BaseChain[], { sight, manip }: Asking): string | undefined {
  const same = chains.filter(({ priority }) => chains.filter((other) => other.priority === priority).length > 1);
  if (same.length < 2) return undefined;
  const settling = same.filter((base) => base.run(start, sight).some((end) => isSettled(end.frame, manip)));
  return settling.length > 1 ? settling.map(({ label }) => label).join(' or ') : undefined;
}
