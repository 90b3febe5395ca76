// A namespace sends a packet: route, OUTPUT, and the route again where a rule changed destination or mark.
import type { Address, Route } from '../facts/network.js';
import { ipNumber, isWithin, parseCidr } from '../facts/ip.js';
import { mayLeave, questionOf } from './leave.js';
import type { Frame } from './packet.js';
import type { NoRoute } from './prediction.js';
import { chanced } from './fork.js';
import { dial } from './ebpf/socket.js';
import { throughHook } from './hook-stage.js';
import { type RouteAnswer, lookupRoute } from './route.js';
import { type Journey, type Scenario, type Stage, ended, logged, netnsOf, staged, unsure } from './scenario.js';
import { sourceFor } from './source.js';
import { type Netns, linkOf } from './world.js';
import { sendBlind } from './blind.js';

type Send = Extract<Stage, { at: 'send' }>;

/** A route's next hop as chosen: of several by the share of their weights. */
export interface Hop {
  readonly route: Route;
  readonly dev: string;
  readonly via?: string;
}

export function send(journey: Journey, scenario: Scenario, stage: Send): readonly Scenario[] {
  return dial(journey, scenario, stage).flatMap(({ scenario: next, frame }) =>
    frame ? sent(journey, next, { ...stage, frame }) : [next],
  );
}

function sent(journey: Journey, scenario: Scenario, stage: Send): readonly Scenario[] {
  const netns = netnsOf(journey, stage.netns);
  if (!netns || netns.routes.length === 0) return sendBlind(journey, scenario, stage);
  const { frame, oif } = stage;
  const found = lookupRoute(netns, questionOf(frame, oif));
  return routed(scenario, netns, { found, frame }).flatMap(({ scenario: next, hop }) => {
    if (!hop) return [next];
    const src = frame.src === '' ? sourceFor(netns, hop.route, { ...hop, dst: frame.dst }) : frame.src;
    if (src === undefined) return [unsure(next, `which source address ${netns.id} uses towards ${frame.dst}`)];
    const named = { ...frame, src };
    // connect() looks up again with the address it got: rules may send each source its own way.
    const isAsked = frame.src === '' && !frame.icmp && !frame.inner;
    const again = isAsked ? lookupRoute(netns, questionOf(named, oif)) : found;
    if (again.kind === 'route' && again.route === hop.route) return output(next, netns, { frame: named, hop, oif });
    return routed(next, netns, { found: again, frame: named }).flatMap((second) =>
      second.hop ? output(second.scenario, netns, { frame: named, hop: second.hop, oif }) : [second.scenario],
    );
  });
}

interface Outgoing {
  readonly frame: Frame;
  readonly hop: Hop;
  readonly oif: string | undefined;
}

function output(scenario: Scenario, netns: Netns, { frame, hop, oif }: Outgoing): readonly Scenario[] {
  if (!mayLeave(netns, frame, hop.dev)) return [barred(scenario, netns, { frame, hop })];
  const isFirst = scenario.client.src === '';
  const client = isFirst ? { src: frame.src, dst: frame.dst, sport: frame.sport, dport: frame.dport } : scenario.client;
  const bound = oif === undefined ? {} : { bound: oif };
  const sight = { netns, hook: 'output', oif: hop.dev, nexthop: hop.via ?? frame.dst, ...bound } as const;
  return throughHook({ ...scenario, client }, frame, {
    sight,
    next: (through) => {
      if (!through.routed) return [transmitted(through.scenario, netns, { frame: through.frame, hop })];
      const found = lookupRoute(netns, questionOf(through.routed, oif));
      return routed(through.scenario, netns, { found, frame: through.frame }).map((again) =>
        again.hop
          ? transmitted(again.scenario, netns, { frame: through.frame, hop: again.hop })
          : failedLate(again.scenario, through.frame),
      );
    },
  });
}

function transmitted(scenario: Scenario, netns: Netns, { frame, hop }: { frame: Frame; hop: Hop }): Scenario {
  if (!mayLeave(netns, frame, hop.dev)) return failedLate(barred(scenario, netns, { frame, hop }), frame);
  const nexthop = hop.via ?? frame.dst;
  return staged(scenario, { at: 'transmit', netns: netns.id, frame, oif: hop.dev, nexthop });
}

const barred = (scenario: Scenario, netns: Netns, { frame, hop }: { frame: Frame; hop: Hop }): Scenario =>
  noRoute(scenario, netns, {
    by: `${frame.src} may not leave by ${hop.dev}, whose route_localnet is 0`,
    how: 'blackhole',
  });

/** connect() has its route by then: a SYN that finds none after the hooks is lost, and only sendto() fails. */
function failedLate(scenario: Scenario, { protocol, inner }: Frame): Scenario {
  const { stage } = scenario;
  if (stage.at !== 'end' || stage.outcome.kind !== 'no-route' || (protocol === 'udp' && !inner)) return scenario;
  const { netns, by } = stage.outcome;
  return ended(scenario, { kind: 'dropped', netns, by });
}

export interface Routing {
  readonly found: RouteAnswer;
  readonly frame: Frame;
}

/** One scenario a next hop, or one that has ended because there is none. */
export function routed(
  scenario: Scenario,
  netns: Netns,
  { found, frame }: Routing,
): readonly { readonly scenario: Scenario; readonly hop?: Hop }[] {
  if (found.kind === 'unknown') return [{ scenario: unsure(scenario, found.why) }];
  if (found.kind !== 'route')
    return [
      {
        scenario: noRoute(scenario, netns, {
          by: found.kind === 'none' ? found.by : found.rule.text,
          how: howOf(found),
        }),
      },
    ];
  const { route } = found;
  const command = `ip route get ${frame.dst}${ipNumber(frame.src) === undefined ? '' : ` from ${frame.src}`}`;
  if (route.type !== 'unicast' && route.type !== 'local') {
    const failing = FAILING[route.type];
    if (!failing) return [{ scenario: unsure(scenario, `a packet to the ${route.type} address ${frame.dst}`) }];
    return [{ scenario: noRoute(scenario, netns, { by: route.text, how: failing }) }];
  }
  const hops = route.nexthops ?? [
    { ...(route.via === undefined ? {} : { via: route.via }), dev: route.dev, weight: 1 },
  ];
  const total = hops.reduce((sum, { weight }) => sum + weight, 0);
  return hops.map(({ via, dev, weight }) => {
    const says = routeText(netns, frame.dst, { route, via, dev });
    const told = logged(scenario, netns.id, { kind: 'route', says, cites: route.text, command });
    const fork =
      hops.length > 1 ? chanced(scenario.fork, weight / total, `${netns.id} ${route.text} ${via ?? dev}`) : told.fork;
    return {
      scenario: { ...told, fork },
      hop: { route, dev: route.type === 'local' ? 'lo' : (dev ?? 'lo'), ...(via === undefined ? {} : { via }) },
    };
  });
}

interface Way {
  readonly route: Route;
  readonly via: string | undefined;
  readonly dev: string | undefined;
}

function routeText(netns: Netns, dst: string, { route, via, dev }: Way): string {
  if (route.type === 'local') return `${dst} is an address of ${netns.id}`;
  const way = `${dst} goes ${via === undefined ? '' : `via ${via} `}out of ${dev}`;
  const down = goneWith(netns, dst, route);
  return down === undefined ? way : `${way}: ${down.link}, which has ${down.ip}/${down.prefix}, is down`;
}

/** A device that is set down takes its routes along (fib_sync_down_dev): what they led to follows a wider one. */
function goneWith(netns: Netns, dst: string, { dst: taken }: Route): Address | undefined {
  const length = parseCidr(taken)?.length ?? 0;
  return netns.addresses.find(
    ({ ip, prefix, link, family }) =>
      family === 4 && prefix > length && linkOf(netns, link)?.up === false && isWithin(dst, `${ip}/${prefix}`),
  );
}

const FAILING: Readonly<Partial<Record<Route['type'], NoRoute>>> = {
  blackhole: 'blackhole',
  unreachable: 'host-unreachable',
  prohibit: 'prohibited',
};

function howOf(found: Exclude<RouteAnswer, { kind: 'route' | 'unknown' }>): NoRoute {
  if (found.kind === 'none') return 'net-unreachable';
  if (found.rule.action === 'prohibit') return 'prohibited';
  return found.rule.action === 'blackhole'
    ? 'blackhole'
    : found.rule.action === 'unreachable'
      ? 'net-unreachable'
      : 'net-unreachable';
}

export function noRoute(scenario: Scenario, netns: Netns, { by, how }: { by: string; how: NoRoute }): Scenario {
  const told = logged(scenario, netns.id, {
    kind: 'drop',
    says: `no route (${how}): ${by}`,
    cites: by,
    command: 'ip route show table all; ip rule',
  });
  return ended(told, { kind: 'no-route', netns: netns.id, by, how });
}
