// A frame at the head of a device: is it for this namespace, or for a bridge to pass on?
import type { Link } from '../facts/network.js';
import { byPrograms } from './ebpf/programs.js';
import { throughHook } from './hook-stage.js';
import type { Frame } from './packet.js';
import { martianReason, validateSource } from './reverse-path.js';
import { lookupRoute } from './route.js';
import { type Journey, type Scenario, type Stage, dropped, netnsOf, programOn, staged, unsure } from './scenario.js';
import { brokenLink, downBridge, shutPort } from './link-state.js';
import { neighbourOf, unreachable } from './transmit.js';
import { type Netns, forwards, linkOf, sysctl, wireKey } from './world.js';

type Arriving = Extract<Stage, { at: 'arrive' }>;

export function arrive(journey: Journey, scenario: Scenario, stage: Arriving): readonly Scenario[] {
  const netns = netnsOf(journey, stage.netns);
  if (!netns) return [unsure(scenario, `what ${stage.netns} does with the packet: it was not read`)];
  const link = linkOf(netns, stage.link);
  const { frame } = stage;
  if (!link) return [staged(scenario, { at: 'receive', netns: netns.id, iif: stage.link, frame, hooked: false })];
  const broken = brokenLink(link);
  if (broken !== undefined)
    return [dropped(scenario, netns.id, { says: `not taken: ${broken}`, command: `ip -s link show ${link.name}` })];
  const program = programOn(link);
  if (program !== undefined) return [unsure(scenario, `what ${program} of ${netns.id} does`)];
  const { ebpf } = netns;
  if (ebpf !== undefined) {
    const taken = byPrograms(journey, scenario, { netns, ebpf, frame, link: link.name });
    if (taken) return taken;
  }
  if (link.master !== undefined)
    return intoBridge(journey, scenario, { netns, port: link, bridge: link.master, frame });
  if (!isFor(link, frame)) {
    const says = `not taken: the frame is addressed to MAC ${frame.dstMac}, and ${link.name} has ${link.mac}`;
    return [dropped(scenario, netns.id, { says, command: `ip link show ${link.name}` })];
  }
  return [staged(scenario, { at: 'receive', netns: netns.id, iif: link.name, frame, hooked: false })];
}

const isFor = (link: Link, { dstMac }: Frame): boolean =>
  dstMac === undefined || link.mac === undefined || link.mac.toLowerCase() === dstMac;

interface IntoBridge {
  readonly netns: Netns;
  readonly port: Link;
  readonly bridge: string;
  readonly frame: Frame;
}

function intoBridge(journey: Journey, scenario: Scenario, into: IntoBridge): readonly Scenario[] {
  const { netns, port, bridge, frame } = into;
  const shut = shutPort(port) ?? downBridge(netns, bridge);
  if (shut !== undefined)
    return [
      dropped(scenario, netns.id, { says: `not taken: ${shut}`, command: `bridge -d link show dev ${port.name}` }),
    ];
  const calls = bridgeCallsIptables(netns);
  if (calls === undefined)
    return [unsure(scenario, `net.bridge.bridge-nf-call-iptables of ${netns.id}, which was not read`)];
  const local = isLocal(journey, into);
  if (!calls) return [local ? up(scenario, into, false) : switched(scenario, into, frame)];
  const sight = { netns, hook: 'prerouting', iif: bridge, physin: port.name } as const;
  return throughHook(scenario, frame, {
    sight,
    next: (through) => {
      const isMoved = through.frame.dst !== frame.dst;
      if (isMoved) return [redirected(journey, through.scenario, { ...into, frame: through.frame })];
      return [
        local
          ? up(through.scenario, { ...into, frame: through.frame }, true)
          : switched(through.scenario, into, through.frame),
      ];
    },
  });
}

/** br_netfilter with a new destination: on the same bridge it is switched there, anywhere else it is routed. */
function redirected(journey: Journey, scenario: Scenario, into: IntoBridge): Scenario {
  const { netns, bridge, frame } = into;
  // It asks ip_route_input, which refuses it as if it were routed: where forwarding is off the answer is ip_error.
  if (!isRoutable(netns, bridge, frame)) return up(scenario, into, true);
  const found = lookupRoute(netns, { dst: frame.dst, src: frame.src, iif: bridge, mark: frame.mark });
  if (found.kind !== 'route' || found.route.type !== 'unicast' || found.route.dev !== bridge)
    return up(scenario, into, true);
  const nexthop = found.route.via ?? frame.dst;
  const neighbour = neighbourOf(journey, netns, { oif: bridge, nexthop, link: linkOf(netns, bridge) });
  if (neighbour.kind === 'unknown') return unsure(scenario, neighbour.why);
  // arp_error_report answers for it as it does for what is routed.
  if (neighbour.kind === 'unreachable') return unreachable(scenario, netns, { by: neighbour.by, frame, isOwn: false });
  const { dstMac: _, ...rest } = frame;
  return switched(scenario, into, neighbour.mac === undefined ? rest : { ...rest, dstMac: neighbour.mac });
}

const isRoutable = (netns: Netns, iif: string, frame: Frame): boolean =>
  forwards(netns, iif) === true &&
  martianReason(netns, frame, iif) === undefined &&
  validateSource(netns, { iif, frame, oif: iif }).kind === 'pass';

function up(scenario: Scenario, { netns, bridge, port, frame }: IntoBridge, hooked: boolean): Scenario {
  const physin = hooked ? { physin: port.name } : {};
  return staged(scenario, { at: 'receive', netns: netns.id, iif: bridge, frame, hooked, ...physin });
}

const switched = (scenario: Scenario, { netns, bridge, port }: IntoBridge, frame: Frame): Scenario =>
  staged(scenario, { at: 'switch', netns: netns.id, bridge, frame, port: port.name, nexthop: frame.dst });

/** Undefined: nobody read it. Absent among settings that were read means that br_netfilter is not loaded. */
export function bridgeCallsIptables(netns: Netns): boolean | undefined {
  const value = sysctl(netns, 'net.bridge.bridge-nf-call-iptables');
  if (value !== undefined) return value !== 0;
  return Object.keys(netns.sysctls).length === 0 ? undefined : false;
}

/** Addressed to the bridge itself or to one of its ports' own MACs; without a MAC, whatever is not for another port. */
function isLocal({ world }: Journey, { netns, bridge, frame }: IntoBridge): boolean {
  if (frame.dstMac === undefined) {
    const pod = world.pods.get(frame.dst)?.netns;
    const isNeighbour = netns.links.some(
      ({ name, master }) =>
        master === bridge && pod !== undefined && world.podLinks.get(wireKey(netns.id, name)) === pod,
    );
    return !isNeighbour;
  }
  return netns.links.some(
    ({ name, master, mac }) => (name === bridge || master === bridge) && mac?.toLowerCase() === frame.dstMac,
  );
}
