// A namespace receives a packet: PREROUTING, the routing decision with its checks, then INPUT or FORWARD.
import { deliver } from './deliver.js';
import { throughHook } from './hook-stage.js';
import { type Frame, frameKey } from './packet.js';
import type { NoRoute, Refusal } from './prediction.js';
import { refusal } from './refuse.js';
import { martianReason, validateSource } from './reverse-path.js';
import { lookupRoute } from './route.js';
import {
  type Journey,
  type Received,
  type Scenario,
  dropped,
  ended,
  logged,
  netnsOf,
  staged,
  unsure,
} from './scenario.js';
import { routed } from './send.js';
import { type Netns, forwards } from './world.js';

export function receive(journey: Journey, scenario: Scenario, stage: Received): readonly Scenario[] {
  const netns = netnsOf(journey, stage.netns);
  if (!netns) return [unsure(scenario, `what ${stage.netns} does with the packet: it was not read`)];
  const { iif, frame, physin, hooked } = stage;
  const key = `${netns.id} ${iif} ${frameKey(frame)}`;
  // The same packet at the same place again can only go on for ever, until its TTL runs out.
  if (scenario.seen.has(key)) {
    const answer = refusal(netns, frame, { how: 'icmp-ttl-exceeded', attached: false });
    return [
      ended(scenario, { kind: 'loop', netns: netns.id, by: `the packet comes back to ${iif} of ${netns.id}` }, answer),
    ];
  }
  const here = { ...scenario, seen: new Set([...scenario.seen, key]) };
  // br_netfilter leaves its note on the packet, also where it is routed on.
  const port = physin === undefined ? {} : { physin };
  const sight = { netns, hook: 'prerouting', iif, ...port } as const;
  const decided = (through: { scenario: Scenario; frame: Frame }): readonly Scenario[] =>
    decideRoute(journey, through.scenario, { netns, iif, frame: through.frame, ...port });
  return hooked ? decided({ scenario: here, frame }) : throughHook(here, frame, { sight, next: decided });
}

interface At {
  readonly netns: Netns;
  readonly iif: string;
  readonly frame: Frame;
  readonly physin?: string;
}

function decideRoute(journey: Journey, scenario: Scenario, at: At): readonly Scenario[] {
  const { netns, iif, frame } = at;
  // What came round by the loopback device was routed when it was sent.
  if (iif === 'lo') return deliver(journey, scenario, at);
  if (netns.routes.length === 0) return receiveBlind(journey, scenario, at);
  const martian = martianReason(netns, frame, iif);
  if (martian !== undefined) {
    const command = `sysctl net.ipv4.conf.all.route_localnet net.ipv4.conf.${iif}.route_localnet`;
    return [dropped(scenario, netns.id, { says: `dropped before routing: ${martian}`, command })];
  }
  const found = lookupRoute(netns, { dst: frame.dst, src: frame.src, iif, mark: frame.mark });
  if (found.kind === 'route' && found.route.type === 'local') {
    const says = `${frame.dst} is an address of ${netns.id}`;
    const step = { kind: 'route', says, cites: found.route.text, command: 'ip route show table local' } as const;
    const told = logged(scenario, netns.id, step);
    return validated(told, { netns, iif, frame }, (next) => deliver(journey, next, at));
  }
  const on = forwards(netns, iif);
  if (on === undefined) return [unsure(scenario, `net.ipv4.ip_forward of ${netns.id}, which was not read`)];
  if (!on) {
    const says = `not passed on: forwarding is off for ${iif}, and ${frame.dst} is not an address of ${netns.id}`;
    const command = `sysctl net.ipv4.ip_forward net.ipv4.conf.${iif}.forwarding`;
    return [dropped(scenario, netns.id, { says, command })];
  }
  return routed(scenario, netns, { found, frame }).flatMap(({ scenario: next, hop }) => {
    if (!hop) return [answered(next, netns, frame)];
    const to = { oif: hop.dev, nexthop: hop.via ?? frame.dst };
    return validated(next, { netns, iif, frame, oif: hop.dev }, (valid) => forward(valid, at, to));
  });
}

function validated(
  scenario: Scenario,
  at: At & { readonly oif?: string },
  next: (valid: Scenario) => readonly Scenario[],
): readonly Scenario[] {
  const source = validateSource(at.netns, at);
  if (source.kind === 'pass') return next(scenario);
  if (source.kind === 'unknown') return [unsure(scenario, source.why)];
  const { by, command } = source;
  return [dropped(scenario, at.netns.id, { says: `dropped at routing: ${by}`, cites: by, command })];
}

/** A pod whose routes nobody read still takes what is sent to its own address. */
function receiveBlind(journey: Journey, scenario: Scenario, at: At): readonly Scenario[] {
  const isOwn =
    at.netns.addresses.some(({ ip }) => ip === at.frame.dst) ||
    journey.world.pods.get(at.frame.dst)?.netns === at.netns.id;
  if (isOwn) return deliver(journey, scenario, at);
  return [unsure(scenario, `where ${at.netns.id} sends ${at.frame.dst}: its routes were not read`)];
}

function forward(
  scenario: Scenario,
  { netns, iif, frame, physin }: At,
  to: { oif: string; nexthop: string },
): readonly Scenario[] {
  if (frame.ttl <= 1) {
    const answer = refusal(netns, frame, { how: 'icmp-ttl-exceeded', attached: true });
    return [ended(scenario, { kind: 'loop', netns: netns.id, by: `the packet's TTL runs out in ${netns.id}` }, answer)];
  }
  const port = physin === undefined ? {} : { physin };
  const sight = { netns, hook: 'forward', iif, ...to, ...port } as const;
  return throughHook(
    scenario,
    { ...frame, ttl: frame.ttl - 1 },
    {
      sight,
      next: (through) => [
        staged(through.scenario, { at: 'transmit', netns: netns.id, frame: through.frame, iif, ...to, ...port }),
      ],
    },
  );
}

const ERRORS: Readonly<Record<NoRoute, Refusal | undefined>> = {
  'net-unreachable': 'icmp-net-unreachable',
  'host-unreachable': 'icmp-host-unreachable',
  prohibited: 'icmp-admin-prohibited',
  blackhole: undefined,
};

/** A router that has no route tells the sender, except about a blackhole. */
function answered(scenario: Scenario, netns: Netns, frame: Frame): Scenario {
  const { stage } = scenario;
  if (stage.at !== 'end' || stage.outcome.kind !== 'no-route') return scenario;
  const how = ERRORS[stage.outcome.how];
  const answer = how && refusal(netns, frame, { how, attached: true });
  return ended(scenario, stage.outcome, answer);
}
