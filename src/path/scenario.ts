// One possible course of events: where the packet is, what was assumed and rolled to get there, what was seen.
import type { Link, Tuple } from '../facts/network.js';
import type { Connections } from './conntrack.js';
import type { Fork } from './fork.js';
import type { Frame, Packet } from './packet.js';
import type { Hop, Outcome, Step } from './prediction.js';
import type { Netns, World } from './world.js';

/** Where the packet is between two things that happen to it. */
export type Stage =
  /** Sent by a process, or by the kernel itself, of this namespace. */
  | { readonly at: 'send'; readonly netns: string; readonly frame: Frame; readonly oif?: string }
  /** Routed: POSTROUTING, the neighbour and the device come next. */
  | (Routed & { readonly at: 'transmit' })
  /** At the tail of a device, as an Ethernet frame. */
  | {
      readonly at: 'device';
      readonly netns: string;
      readonly link: string;
      readonly frame: Frame;
      readonly nexthop: string;
    }
  /** At the head of a device. */
  | { readonly at: 'arrive'; readonly netns: string; readonly link: string; readonly frame: Frame }
  /** Switched by a bridge: from one of its ports, or from this namespace itself. */
  | (Bridged & { readonly at: 'switch' })
  /** With the IP layer, before PREROUTING unless a bridge has run it. */
  | (Received & { readonly at: 'receive' })
  | { readonly at: 'end'; readonly outcome: Outcome; readonly answer?: Answer; readonly last?: Frame };

export interface Routed {
  readonly netns: string;
  readonly frame: Frame;
  readonly iif?: string;
  readonly oif: string;
  readonly nexthop: string;
  readonly physin?: string;
}
export interface Bridged {
  readonly netns: string;
  readonly bridge: string;
  readonly frame: Frame;
  /** The port it came in by; absent when this namespace sent it. */
  readonly port?: string;
  readonly nexthop: string;
}
export interface Received {
  readonly netns: string;
  readonly iif: string;
  readonly frame: Frame;
  readonly physin?: string;
  readonly hooked: boolean;
}

/** What somebody sends back: the packet, and the namespace it starts in. */
export interface Answer {
  readonly netns: string;
  readonly frame: Frame;
}

/** Steps newest first, so that scenarios share what they have in common. */
export interface Log {
  readonly netns: string;
  readonly step: Step;
  readonly before: Log | undefined;
}

export interface Scenario {
  readonly leg: 'there' | 'back';
  readonly stage: Stage;
  readonly fork: Fork;
  readonly connections: Connections;
  readonly log: Log | undefined;
  /** Source and destination as the client's socket has them, once it has an address. */
  readonly client: Tuple;
  /** Cilium's choice of a backend for what came in from outside: where, and the packet as the backend sees it. */
  readonly nodePort?: { readonly netns: string; readonly sent: Tuple };
  readonly seen: ReadonlySet<string>;
  readonly blind: ReadonlySet<string>;
  /** How the way there ended, once the answer is under way. */
  readonly there?: { readonly outcome: Outcome; readonly log: Log | undefined; readonly arrives: Tuple };
}

export interface Journey {
  readonly world: World;
  readonly packet: Packet;
}

export const netnsOf = (journey: Journey, id: string): Netns | undefined => journey.world.netns.get(id);

export const logged = (scenario: Scenario, netns: string, step: Step): Scenario => ({
  ...scenario,
  log: { netns, step, before: scenario.log },
});
export const staged = (scenario: Scenario, stage: Stage): Scenario => ({ ...scenario, stage });
export const ended = (scenario: Scenario, outcome: Outcome, answer?: Answer): Scenario =>
  staged(scenario, answer ? { at: 'end', outcome, answer } : { at: 'end', outcome });
export const unsure = (scenario: Scenario, why: string): Scenario =>
  ended(scenario, { kind: 'unknown', undecided: [why], possible: [] });
export const unseen = (scenario: Scenario, what: string): Scenario =>
  scenario.blind.has(what) ? scenario : { ...scenario, blind: new Set([...scenario.blind, what]) };

export function dropped(scenario: Scenario, netns: string, step: Omit<Step, 'kind'>): Scenario {
  const by = step.cites ?? step.says;
  return ended(logged(scenario, netns, { kind: 'drop', ...step }), { kind: 'dropped', netns, by });
}

/** A device whose program we cannot read may do anything to the packet. */
export const programOn = (link: Link): string | undefined =>
  link.program === undefined ? undefined : `the eBPF program ${link.program} on ${link.name}`;

export function hopsOf(log: Log | undefined): readonly Hop[] {
  const steps: Log[] = [];
  for (let at = log; at; at = at.before) steps.push(at);
  const hops: { netns: string; steps: Step[] }[] = [];
  for (const { netns, step } of steps.toReversed()) {
    const last = hops.at(-1);
    if (last?.netns === netns) last.steps.push(step);
    else hops.push({ netns, steps: [step] });
  }
  return hops;
}
