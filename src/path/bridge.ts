// A bridge picks the port for a frame, and br_netfilter shows the packet to FORWARD and POSTROUTING on its way.
import type { Link } from '../facts/network.js';
import { bridgeCallsIptables } from './arrive.js';
import { downBridge, shutPort } from './link-state.js';
import { throughHook } from './hook-stage.js';
import type { Frame } from './packet.js';
import { type Bridged, type Journey, type Scenario, dropped, logged, netnsOf, staged, unsure } from './scenario.js';
import { farEnd, strayText } from './wire.js';
import { type Netns, addressesOf, isUnread, linkOf } from './world.js';

export function switchFrame(journey: Journey, scenario: Scenario, stage: Bridged): readonly Scenario[] {
  const netns = netnsOf(journey, stage.netns);
  if (!netns) return [unsure(scenario, `${stage.netns} was not read`)];
  const { bridge, frame } = stage;
  const down = downBridge(netns, bridge);
  if (down !== undefined)
    return [dropped(scenario, netns.id, { says: `not switched: ${down}`, command: `ip link show ${bridge}` })];
  const chosen = choosePort(journey, netns, stage);
  if (chosen.kind === 'unknown') return [unsure(scenario, chosen.why)];
  if (chosen.kind === 'none')
    return [
      dropped(scenario, netns.id, { says: `not switched: ${chosen.by}`, command: `bridge fdb show br ${bridge}` }),
    ];
  const { port } = chosen;
  const shut = shutPort(port);
  if (shut !== undefined)
    return [
      dropped(scenario, netns.id, { says: `not switched: ${shut}`, command: `bridge -d link show dev ${port.name}` }),
    ];
  const says = `bridge ${bridge} switches to port ${port.name}`;
  const step = {
    kind: 'bridge',
    says,
    command: `bridge fdb show br ${bridge}`,
    ...(chosen.cites === undefined ? {} : { cites: chosen.cites }),
  } as const;
  if (port.name !== stage.port) return out(logged(scenario, netns.id, step), netns, { ...stage, out: port });
  if (port.port === undefined)
    return [unsure(scenario, `hairpin_mode of bridge port ${port.name} of ${netns.id}, which was not read`)];
  if (!port.port.hairpin) {
    const why = `not switched: ${port.name} is the port it came in by, and its hairpin mode is off`;
    return [dropped(scenario, netns.id, { says: why, command: `bridge -d link show dev ${port.name}` })];
  }
  return out(logged(scenario, netns.id, step), netns, { ...stage, frame, out: port });
}

interface Out extends Bridged {
  readonly out: Link;
}

function out(scenario: Scenario, netns: Netns, { frame, bridge, port, out: to, nexthop }: Out): readonly Scenario[] {
  const leave = (through: { scenario: Scenario; frame: Frame }): readonly Scenario[] => [
    staged(through.scenario, { at: 'device', netns: netns.id, link: to.name, frame: through.frame, nexthop }),
  ];
  // What this namespace sent itself has been through the hooks of IP already.
  if (port === undefined || bridgeCallsIptables(netns) !== true) return leave({ scenario, frame });
  const place = { netns, physin: port, physout: to.name };
  return throughHook(scenario, frame, {
    sight: { ...place, hook: 'forward', iif: bridge, oif: bridge },
    next: (through) =>
      throughHook(through.scenario, through.frame, {
        sight: { ...place, hook: 'postrouting', iif: bridge, oif: bridge, nexthop: through.frame.dst },
        next: leave,
      }),
  });
}

type Chosen =
  | { readonly kind: 'port'; readonly port: Link; readonly cites?: string }
  | { readonly kind: 'none'; readonly by: string }
  | { readonly kind: 'unknown'; readonly why: string };

function choosePort(journey: Journey, netns: Netns, { bridge, frame, nexthop }: Bridged): Chosen {
  const ports = netns.links.filter(({ master }) => master === bridge);
  const entry = netns.fdb.find(
    ({ mac, dev }) => mac.toLowerCase() === frame.dstMac && ports.some(({ name }) => name === dev),
  );
  const learnt = entry && linkOf(netns, entry.dev);
  if (entry && learnt) return { kind: 'port', port: learnt, cites: `${entry.mac} dev ${entry.dev} master ${bridge}` };
  // A MAC that was not learnt yet is flooded: only the port whose far end has it takes it up.
  const taking = ports.filter((port) => takes(journey, netns, { port, frame, nexthop }) === true);
  const [only] = taking;
  if (only) return { kind: 'port', port: only };
  const open = ports.filter((port) => takes(journey, netns, { port, frame, nexthop }) === undefined);
  const what = frame.dstMac === undefined ? nexthop : `MAC ${frame.dstMac}`;
  const stray = strayText(journey.world, netns, { bridge, ip: nexthop });
  if (open.length === 0 && !isUnread(netns, 'links'))
    return { kind: 'none', by: `no port of ${bridge} leads to ${what}${stray}` };
  return { kind: 'unknown', why: `which port of ${bridge} of ${netns.id} leads to ${what}` };
}

/** Undefined where the far end was not read. */
function takes(
  { world }: Journey,
  netns: Netns,
  { port, frame, nexthop }: { port: Link; frame: Frame; nexthop: string },
): boolean | undefined {
  const end = farEnd(world, netns, port.name);
  if (!end) return undefined;
  const far = world.netns.get(end.netns);
  const link = far && end.link !== undefined ? linkOf(far, end.link) : undefined;
  if (frame.dstMac !== undefined && link?.mac !== undefined) return link.mac.toLowerCase() === frame.dstMac;
  if (world.pods.get(nexthop)?.netns === end.netns) return true;
  if (far && link && addressesOf(far, link.name).length > 0)
    return addressesOf(far, link.name).some(({ ip }) => ip === nexthop);
  return undefined;
}
