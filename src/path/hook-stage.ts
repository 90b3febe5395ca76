// Runs a hook for a scenario, and turns what stopped a packet there into how the scenario ends.
import type { Sight } from './chain.js';
import { remember } from './conntrack.js';
import { runHook } from './hooks.js';
import type { Passing } from './base-chain.js';
import type { Frame } from './packet.js';
import type { Outcome } from './prediction.js';
import { refusal } from './refuse.js';
import { type Scenario, ended, logged, unsure } from './scenario.js';

export interface Through {
  readonly scenario: Scenario;
  readonly frame: Frame;
  /** As it was routed again on its way through OUTPUT. */
  readonly routed?: Frame;
}
/** What a packet that got through does next; one that did not has ended already. */
type Next = (through: Through) => readonly Scenario[];

export function throughHook(
  scenario: Scenario,
  frame: Frame,
  hook: { readonly sight: Sight; readonly next: Next },
): readonly Scenario[] {
  const { fork, connections } = scenario;
  return runHook({ frame, fork }, connections, hook.sight).flatMap((passing) => {
    const after = afterHook(scenario, passing, hook.sight);
    return passing.stopped
      ? [stopped(after, passing, hook.sight)]
      : hook.next({
          scenario: after,
          frame: passing.frame,
          ...(passing.routed ? { routed: passing.routed } : {}),
        });
  });
}

function afterHook(scenario: Scenario, passing: Passing, { netns }: Sight): Scenario {
  const told = passing.steps.reduce((sofar, step) => logged(sofar, netns.id, step), scenario);
  // Connections of all bridges and tunnels of one namespace share one table.
  return { ...told, fork: passing.fork, connections: remember(scenario.connections, passing.frame) };
}

function stopped(scenario: Scenario, { stopped: verdict, by = '', frame }: Passing, sight: Sight): Scenario {
  const netns = sight.netns.id;
  if (!verdict || verdict.kind === 'unknown') return unsure(scenario, verdict?.why ?? by);
  // The sender's own firewall: a datagram's sendto() fails with EPERM, a SYN is sent again and again in vain.
  const isOwn = sight.iif === undefined && (sight.hook === 'output' || sight.hook === 'postrouting');
  // Of a REJECT too: sendto() has failed before the ICMP error comes.
  if (isOwn && frame.protocol === 'udp' && !frame.inner) {
    return ended(scenario, { kind: 'refused', how: 'not-permitted', netns, by });
  }
  if (verdict.kind === 'drop') return ended(scenario, { kind: 'dropped', netns, by });
  const outcome: Outcome = { kind: 'refused', how: verdict.how, netns, by };
  return ended(scenario, outcome, refusal(sight.netns, frame, { how: verdict.how, attached: true }));
}
