// A frame at the tail of a device: into a bridge, a tunnel, the other end of a cable, or the network around the nodes.
import type { Frame } from './packet.js';
import { sameTuple, reversed } from './packet.js';
import {
  type Journey,
  type Scenario,
  type Stage,
  ended,
  logged,
  netnsOf,
  programOn,
  staged,
  unseen,
  unsure,
} from './scenario.js';
import { fromHost } from './ebpf/link.js';
import { encapsulate } from './vxlan.js';
import { farEnd } from './wire.js';
import { isUnread, linkOf, mapsUnread } from './world.js';

type AtDevice = Extract<Stage, { at: 'device' }>;

/** Devices of which this walk does not know where a frame comes out. */
const CLOSED = new Set([
  'ipip',
  'gre',
  'sit',
  'tun',
  'wireguard',
  'ip6tnl',
  'geneve',
  'vti',
  'openvswitch',
  'ppp',
  'ifb',
  'dummy',
]);

export function device(journey: Journey, scenario: Scenario, stage: AtDevice): readonly Scenario[] {
  const netns = netnsOf(journey, stage.netns);
  const link = netns && linkOf(netns, stage.link);
  if (!netns) return [unsure(scenario, `${stage.netns} was not read`)];
  const program = link && programOn(link);
  if (program !== undefined) return [unsure(scenario, `what ${program} of ${netns.id} does`)];
  const { ebpf } = netns;
  if (ebpf !== undefined && stage.link === 'cilium_host') {
    if (ebpf === 'not-read')
      return [unsure(scenario, `where Cilium on ${netns.id} sends ${stage.frame.dst}: ${mapsUnread(netns)}`)];
    return [fromHost(journey, scenario, { netns, ebpf, frame: crossed(stage.frame, false), link: stage.link })];
  }
  if (link?.kind === 'bridge') {
    const { frame, nexthop } = stage;
    return [staged(scenario, { at: 'switch', netns: netns.id, bridge: link.name, frame, nexthop })];
  }
  if (link?.kind === 'vxlan') return encapsulate(journey, scenario, { ...stage, device: link });
  const end = farEnd(journey.world, netns, stage.link);
  if (!end && link && CLOSED.has(link.kind)) {
    return [unsure(scenario, `where ${link.kind} device ${link.name} of ${netns.id} leads`)];
  }
  if (!end && !link && isUnread(netns, 'links'))
    return [unsure(scenario, `what ${stage.link} of ${netns.id} is: its links were not read`)];
  if (!end) return [underlay(journey, scenario, stage)];
  const says = `out of ${stage.link} into ${end.netns}${end.link === undefined ? '' : ` ${end.link}`}`;
  const told = logged(scenario, netns.id, { kind: 'veth', says, command: `ip -d link show ${stage.link}` });
  return [arrive(told, end.netns, { link: end.link ?? '', frame: crossed(stage.frame, end.netns !== netns.id) })];
}

const arrive = (scenario: Scenario, netns: string, { link, frame }: { link: string; frame: Frame }): Scenario =>
  staged(scenario, { at: 'arrive', netns, link, frame });

/** Crossing a cable loses the connection, and the mark too where it leads into another namespace. */
export function crossed(frame: Frame, isElsewhere: boolean): Frame {
  const { conn: _, ofUntracked: __, ...rest } = frame;
  return { ...rest, state: 'INVALID', isReply: false, mark: isElsewhere ? 0 : frame.mark };
}

/** The network between the nodes: it knows their addresses, and what else it routes nobody here can tell. */
function underlay(journey: Journey, scenario: Scenario, { netns, link, frame, nexthop }: AtDevice): Scenario {
  const { world } = journey;
  const direct = world.nodeIps.get(nexthop);
  const target = direct ?? world.nodeIps.get(frame.dst);
  const bare = crossed(frame, true);
  if (target !== undefined) {
    const told = logged(scenario, netns, { kind: 'wire', says: `over the network between the nodes to ${target}` });
    const sure = direct === undefined ? unseen(told, `the network between ${netns} and ${target}`) : told;
    const { dstMac: _, ...routedOn } = bare;
    const ip = direct === undefined ? frame.dst : nexthop;
    const into = world.netns.get(target)?.addresses.find((address) => address.ip === ip)?.link ?? '';
    return arrive(sure, target, { link: into, frame: direct === undefined ? routedOn : bare });
  }
  const pod = world.pods.get(frame.dst);
  if (pod)
    return unsure(scenario, `whether the network around the nodes routes ${frame.dst} to ${pod.node}, via ${nexthop}`);
  const isClient = scenario.leg === 'back' && journey.packet.from === 'outside' && frame.dst === scenario.client.src;
  if (isClient && sameTuple(frame.icmp?.about ?? reversed(frame), scenario.client)) {
    const outcome = {
      kind: 'delivered',
      netns: 'outside',
      address: frame.dst,
      port: frame.dport,
      socket: 'listens',
    } as const;
    return ended(scenario, outcome);
  }
  const by = `${frame.dst} is neither a node's nor a pod's address, and ${link} of ${netns} leads out`;
  return ended(logged(scenario, netns, { kind: 'wire', says: `leaves by ${link} via ${nexthop}` }), {
    kind: 'leaves',
    netns,
    by,
    src: frame.src,
  });
}
