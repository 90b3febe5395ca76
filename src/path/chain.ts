// How a packet runs down a chain of rules, whichever tool wrote them: jumps, gotos, returns, and forks where a
// rule rolls dice or cannot be decided.
import { type Doubt, type Fork, MAX_DOUBTFUL, assumedOf, chanced, doubted } from './fork.js';
import type { Frame } from './packet.js';
import type { Refusal } from './prediction.js';
import type { Netns } from './world.js';

export type HookName = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

/** What a rule can see of the place where it stands. */
export interface Sight {
  readonly netns: Netns;
  readonly hook: HookName;
  readonly iif?: string;
  readonly oif?: string;
  /** Ports of a bridge, when br_netfilter brought the packet here. */
  readonly physin?: string;
  readonly physout?: string;
  /** Next hop of the packet, where routing has decided: masquerade takes the address nearest to it. */
  readonly nexthop?: string;
  /** The device that the sender is bound to. */
  readonly bound?: string;
}

export type Verdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject'; readonly how: Refusal }
  /** Somebody decides whom we cannot ask: a queue, a proxy, a target nobody here knows. */
  | { readonly kind: 'unknown'; readonly why: string };

export type Flow = Verdict | { readonly kind: 'next' } | { readonly kind: 'return' } | Jump;
export interface Jump {
  readonly kind: 'jump';
  readonly chain: string;
  readonly goto: boolean;
}
export const NEXT: Flow = { kind: 'next' };
export const RETURN: Flow = { kind: 'return' };
export const ACCEPT: Verdict = { kind: 'accept' };
export const DROP: Verdict = { kind: 'drop' };

/** Yes, no, by chance, or not to be known from what was read. */
export type Truth = boolean | { readonly chance: number } | { readonly doubt: string };
export const isDoubt = (truth: Truth): truth is { readonly doubt: string } =>
  typeof truth === 'object' && 'doubt' in truth;

export const not = (truth: Truth): Truth =>
  typeof truth === 'boolean' ? !truth : 'chance' in truth ? { chance: 1 - truth.chance } : truth;

/** One of the things that a rule may do to a packet. */
export interface Act {
  readonly frame: Frame;
  readonly fork: Fork;
  readonly flow: Flow;
  readonly matched: boolean;
}

export interface ChainRule {
  readonly text: string;
  /** Undefined: the rule certainly does not match. */
  act(frame: Frame, fork: Fork, sight: Sight): readonly Act[] | undefined;
}

export interface Trail {
  readonly text: string;
  readonly before: Trail | undefined;
}

export interface Ending {
  readonly frame: Frame;
  readonly fork: Fork;
  /** Absent when the packet fell off the end of the first chain: its policy decides. */
  readonly verdict?: Verdict;
  readonly trail: Trail | undefined;
}

interface Position {
  readonly rules: readonly ChainRule[];
  readonly at: number;
  readonly caller: Position | undefined;
}
interface Thread extends Omit<Ending, 'verdict'> {
  readonly position: Position | undefined;
}

export type Chains = (name: string) => readonly ChainRule[] | undefined;

export interface Run {
  readonly chains: Chains;
  /** The base chain it starts in. */
  readonly name: string;
  readonly sight: Sight;
}

const MOST_WAYS = MAX_DOUBTFUL * 8;

export function runChain({ chains, name, sight }: Run, start: Pick<Ending, 'frame' | 'fork'>): Ending[] {
  const endings: Ending[] = [];
  const first = { rules: chains(name) ?? [], at: 0, caller: undefined };
  const open: Thread[] = [{ ...start, trail: undefined, position: first }];
  for (let thread = open.pop(); thread !== undefined; thread = open.pop()) {
    if (open.length + endings.length > MOST_WAYS)
      return [
        {
          ...start,
          trail: undefined,
          verdict: { kind: 'unknown', why: `more than ${MOST_WAYS} ways through ${name}` },
        },
      ];
    const ran = runThread(thread, chains, sight);
    if (ran.ended) endings.push(ran.ending);
    else open.push(...ran.threads);
  }
  return endings;
}

type Ran =
  { readonly ended: true; readonly ending: Ending } | { readonly ended: false; readonly threads: readonly Thread[] };

/** Runs until the packet's fate in this table is sealed or a rule lets it go more than one way. */
function runThread(thread: Thread, chains: Chains, sight: Sight): Ran {
  const { frame, fork, trail } = thread;
  for (let position = thread.position; position; position = position.caller) {
    const matched = firstMatch(position, thread, sight);
    if (!matched) continue;
    const { rule, acts, following } = matched;
    const threads = acts.map((act) => follow(act, rule, { following, trail, chains }));
    const [only] = threads;
    if (threads.length === 1 && only)
      return 'position' in only ? { ended: false, threads: [only] } : { ended: true, ending: only };
    return { ended: false, threads: threads.map((each) => ('position' in each ? each : sealed(each))) };
  }
  return { ended: true, ending: { frame, fork, trail } };
}

interface Matched {
  readonly rule: ChainRule;
  readonly acts: readonly Act[];
  readonly following: Position;
}

/** The loop that passes thousands of rules: nothing is made for those that do not match. */
function firstMatch({ rules, at, caller }: Position, { frame, fork }: Thread, sight: Sight): Matched | undefined {
  for (let next = at; next < rules.length; next += 1) {
    const rule = rules[next];
    const acts = rule?.act(frame, fork, sight);
    if (rule && acts) return { rule, acts, following: { rules, at: next + 1, caller } };
  }
  return undefined;
}

/** An ending among threads waits its turn: as a thread whose only rule gives the verdict, or that is at its end. */
function sealed(ending: Ending): Thread {
  const { frame, fork, trail, verdict } = ending;
  if (verdict === undefined) return { frame, fork, trail, position: undefined };
  const rule: ChainRule = { text: '', act: () => [{ frame, fork, flow: verdict, matched: false }] };
  return { frame, fork, trail, position: { rules: [rule], at: 0, caller: undefined } };
}

interface Here {
  readonly following: Position;
  readonly trail: Trail | undefined;
  readonly chains: Chains;
}

function follow(act: Act, rule: ChainRule, here: Here): Thread | Ending {
  const { frame, fork, flow } = act;
  const trail = act.matched ? { text: rule.text, before: here.trail } : here.trail;
  switch (flow.kind) {
    case 'next':
      return { frame, fork, trail, position: here.following };
    case 'return':
      return here.following.caller ? { frame, fork, trail, position: here.following.caller } : { frame, fork, trail };
    case 'jump': {
      const rules = here.chains(flow.chain);
      if (!rules) return { frame, fork, trail, verdict: { kind: 'unknown', why: `chain ${flow.chain} was not read` } };
      // A goto leaves no way back here: at its end the caller of this chain goes on, or the policy.
      const caller = flow.goto ? here.following.caller : here.following;
      return { frame, fork, trail, position: { rules, at: 0, caller } };
    }
    default:
      return { frame, fork, trail, verdict: flow };
  }
}

/** Both ways a rule may go when its match is not certain. `act` is asked only for the forks where it matches. */
export function decide(truth: Truth, fork: Fork, question: string): { readonly yes?: Fork; readonly no?: Fork } {
  if (truth === true) return { yes: fork };
  if (truth === false) return { no: fork };
  if (isDoubt(truth)) {
    const known = assumedOf(fork, question);
    if (known !== undefined) return known ? { yes: fork } : { no: fork };
    const doubt = (assumed: boolean): Doubt => ({ why: truth.doubt, assumed });
    return { yes: doubted(fork, question, doubt(true)), no: doubted(fork, question, doubt(false)) };
  }
  if (truth.chance >= 1) return { yes: fork };
  if (truth.chance <= 0) return { no: fork };
  return { yes: chanced(fork, truth.chance, `${question} yes`), no: chanced(fork, 1 - truth.chance, `${question} no`) };
}
