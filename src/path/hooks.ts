// One netfilter hook: every table that has a chain there, in the kernel's order, with conntrack and nat in between.
import type { Iptables, Netfilter } from '../facts/netfilter.js';
import { type BaseChain, type Passing, isOver, routedAgain } from './base-chain.js';
import { type HookName, type Sight, decide, runChain } from './chain.js';
import { type Connections, type Manip, confirmed, isSettled, leaveAlone, track, translate } from './conntrack.js';
import { join } from './fork.js';
import { chainsOf } from './iptables/table.js';
import { nftBaseChains } from './nft/base.js';
import { translationStep } from './hook-steps.js';
import type { Frame } from './packet.js';
import { byPriority, inAnyOrder, keyOf } from './order.js';

type Phase = (passing: Passing, sight: Sight) => readonly Passing[];
interface Placed {
  readonly priority: number;
  readonly phase: Phase;
}

const PRIORITIES: Readonly<Record<string, number>> = { raw: -300, mangle: -150, filter: 0, security: 50 };
const TYPES: Readonly<Record<string, string>> = { nat: 'nat', mangle: 'route' };
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
  const unread = netfilter?.unread ?? ['the packet filter'];
  const foreign = sight.hook === 'prerouting' ? otherFamilies(netfilter) : [];
  for (const what of unread) passing = orUnknown(passing, sight, [what, 'which could not be read']);
  for (const what of foreign) passing = orUnknown(passing, sight, [what, 'whose rules see frames and are not walked']);
  const phases = netfilter ? [...tablePhases(netfilter, sight.hook)] : [];
  const manip = MANIP[sight.hook];
  if (sight.hook === 'prerouting' || sight.hook === 'output') {
    const phase: Phase = (each) => [{ ...each, frame: track(connections, each.frame, id) }];
    phases.push({ priority: -200, phase });
  }
  // All nat chains hang on one hook entry of fixed priority, whatever priorities they have among themselves.
  if (manip) phases.push({ priority: manip === 'dst' ? -100 : 100, phase: natPhase(netfilter, manip) });
  for (const { phase } of phases.toSorted((left, right) => left.priority - right.priority)) {
    passing = passing.flatMap((each) => (isOver(each) ? [each] : phase(each, sight)));
    passing = join(passing, (each) => `${keyOf(each)} ${each.by ?? ''}`);
  }
  const isLast = sight.hook === 'input' || sight.hook === 'postrouting';
  return isLast ? passing.map((each) => (isOver(each) ? each : { ...each, frame: confirmed(each.frame) })) : passing;
}

/** They see frames, before and around what is walked here. */
const otherFamilies = (netfilter: Netfilter | undefined): readonly string[] =>
  (netfilter?.nft ?? [])
    .filter(({ family, chains }) => /^(?:bridge|netdev)$/.test(family) && [...chains.values()].some(({ base }) => base))
    .map(({ family, name }) => `nft table ${family} ${name}`);

/** Filter tables: each runs its chain, and what it accepts goes on to the next. */
const tablePhases = (netfilter: Netfilter, hook: HookName): readonly Placed[] =>
  byPriority(baseChains(netfilter, hook).filter(({ type }) => type !== 'nat')).map(({ priority, chains }) => ({
    priority,
    phase: (each, sight) => inAnyOrder(each, chains, { sight, isDone: isOver }),
  }));

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
        type: TYPES[table.name] ?? 'filter',
        priority,
        policy: chain.policy === 'DROP' ? 'drop' : 'accept',
        policyText: `-P ${name} ${chain.policy}`,
        command: `iptables-${dump.backend}-save -t ${table.name}`,
        run: (start, sight) => runChain({ chains, name, sight }, start),
      },
    ];
  });
}

/** Both ways: it leaves the packet alone, or does something that nobody can tell. */
function orUnknown(
  passing: readonly Passing[],
  sight: Sight,
  [what, lacks]: readonly [what: string, lacks: string],
): readonly Passing[] {
  const why = `${what} of ${sight.netns.id}, ${lacks}`;
  return passing.flatMap((each) => {
    const { yes, no } = decide({ doubt: why }, each.fork, `${sight.netns.id} ${what} is harmless`);
    return [
      ...(yes ? [{ ...each, fork: yes }] : []),
      ...(no ? [{ ...each, fork: no, stopped: { kind: 'unknown', why } as const, by: why }] : []),
    ];
  });
}

/**
 * nf_nat_inet_fn: the first packet of a connection asks the rules, and all others do as that one did. A reset that
 * refuses the first before it was through asks in its place.
 */
function natPhase(netfilter: Netfilter | undefined, manip: Manip): Phase {
  return (each, sight) => {
    const { frame } = each;
    if (!frame.conn) return [each];
    const isAsking = frame.state === 'NEW' || (frame.state === 'RELATED' && !frame.icmp);
    if (!isAsking || isSettled(frame, manip)) {
      const passing = translated(each, frame, manip);
      return [passing.frame.dst === frame.dst ? passing : routedAgain(passing, sight)];
    }
    const chains = netfilter ? baseChains(netfilter, sight.hook).filter(({ type }) => type === 'nat') : [];
    return askNatChains(each, chains, { sight, manip }).map((asked) =>
      asked.stopped || asked.frame.dst === frame.dst ? asked : routedAgain(asked, sight),
    );
  };
}

/** With what the connection has settled for the other end, too: a reset goes back by what the refused packet came by. */
function translated(each: Passing, frame: Frame, manip: Manip): Passing {
  const moved = translate(frame, manip);
  if (moved === frame) return { ...each, frame };
  return { ...each, frame: moved, steps: [...each.steps, translationStep(frame, moved)] };
}

interface Asking {
  readonly sight: Sight;
  readonly manip: Manip;
}

function askNatChains(start: Passing, chains: readonly BaseChain[], { sight, manip }: Asking): readonly Passing[] {
  const isDone = (each: Passing): boolean => isOver(each) || isSettled(each.frame, manip);
  let passing: readonly Passing[] = [start];
  for (const group of byPriority(chains)) {
    passing = passing.flatMap((each) => inAnyOrder(each, group.chains, { sight, isDone }));
  }
  return passing.map((each) => (isDone(each) ? each : translated(each, leaveAlone(each.frame, manip), manip)));
}
