// VXLAN: the forwarding database names the peer, the peer's device must have the number and the MAC.
import type { Link } from '../facts/network.js';
import type { Frame } from './packet.js';
import { crossed } from './device.js';
import { type Journey, type Scenario, type Stage, dropped, logged, netnsOf, staged, unsure } from './scenario.js';
import { brokenLink } from './link-state.js';
import { fromTunnel } from './ebpf/link.js';
import { isUnread, mapsUnread, type Netns } from './world.js';

type AtVxlan = Extract<Stage, { at: 'device' }> & { readonly device: Link };
/** A datagram per flow chooses its source port by a hash over what it carries. */
export const HASHED_PORT = 50_000;

export function encapsulate(
  journey: Journey,
  scenario: Scenario,
  { netns: id, device, frame }: AtVxlan,
): readonly Scenario[] {
  const netns = netnsOf(journey, id);
  const { vxlan } = device;
  if (!netns || !vxlan)
    return [unsure(scenario, `the settings of VXLAN device ${device.name} of ${id}, which were not read`)];
  if (vxlan.external)
    return [unsure(scenario, `where ${device.name} of ${id} sends: its peers come from an eBPF program or the route`)];
  const peer = peerOf(netns, device.name, frame.dstMac);
  if (!peer) return [withoutPeer(scenario, netns, { device, mac: frame.dstMac ?? '(not known)' })];
  const says = `VXLAN ${vxlan.vni} by ${device.name} to ${peer.dst}:${vxlan.port}`;
  const told = logged(scenario, id, {
    kind: 'encapsulate',
    says,
    cites: peer.text,
    command: `bridge fdb show dev ${device.name}`,
  });
  const inner = crossed(frame, false);
  const outer: Frame = {
    protocol: 'udp',
    flags: '',
    // A local address that is not set is chosen by the route, as for any sender.
    src: vxlan.local ?? '',
    dst: peer.dst,
    sport: HASHED_PORT,
    dport: vxlan.port,
    // The mark stays on the packet when it is wrapped within one namespace.
    mark: frame.mark,
    ttl: 64,
    state: 'INVALID',
    isReply: false,
    inner: { frame: inner, vni: vxlan.vni },
  };
  const bound = vxlan.device === undefined ? {} : { oif: vxlan.device };
  return [staged(told, { at: 'send', netns: id, frame: outer, ...bound })];
}

/** Nothing is known by its absence from what nobody read to its end. */
function withoutPeer(scenario: Scenario, netns: Netns, { device, mac }: { device: Link; mac: string }): Scenario {
  if (isUnread(netns, 'fdb'))
    return unsure(scenario, `to whom ${device.name} of ${netns.id} sends: its forwarding entries were not read`);
  const says = `not sent: ${device.name} has no forwarding entry for MAC ${mac}`;
  return dropped(scenario, netns.id, { says, command: `bridge fdb show dev ${device.name}` });
}

function peerOf(
  netns: Netns,
  dev: string,
  mac: string | undefined,
): { readonly dst: string; readonly text: string } | undefined {
  const entries = netns.fdb.filter((entry) => entry.dev === dev && entry.dst !== undefined);
  const entry =
    entries.find((each) => each.mac.toLowerCase() === mac) ?? entries.find((each) => each.mac === '00:00:00:00:00:00');
  return entry?.dst === undefined ? undefined : { dst: entry.dst, text: `${entry.mac} dev ${dev} dst ${entry.dst}` };
}

/** Undefined: no VXLAN device of this namespace listens on the port, so it is an ordinary datagram. */
export function decapsulate(
  journey: Journey,
  scenario: Scenario,
  { netns, frame: outer }: { readonly netns: Netns; readonly frame: Frame },
): Scenario | undefined {
  const { inner } = outer;
  const here = netns.links.filter(({ vxlan }) => vxlan !== undefined && vxlan.port === outer.dport);
  if (!inner || here.length === 0) return undefined;
  const device = here.find(({ vxlan }) => vxlan?.external !== true && vxlan?.vni === inner.vni);
  if (!device) {
    const external = here.find(({ vxlan }) => vxlan?.external);
    if (external) return byProgram(journey, scenario, { netns, device: external, inner });
    const has = here.map(({ name, vxlan }) => `${name} has ${vxlan?.vni}`).join(', ');
    return dropped(scenario, netns.id, {
      says: `not taken: VXLAN number ${inner.vni} is nobody's here (${has})`,
      command: 'ip -d link show type vxlan',
    });
  }
  const broken = brokenLink(device);
  if (broken !== undefined)
    return dropped(scenario, netns.id, { says: `not taken: ${broken}`, command: `ip link show ${device.name}` });
  const { dstMac } = inner.frame;
  if (dstMac !== undefined && device.mac !== undefined && device.mac.toLowerCase() !== dstMac) {
    const says = `not taken: the frame inside is addressed to MAC ${dstMac}, and ${device.name} of ${netns.id} has ${device.mac}`;
    return dropped(scenario, netns.id, { says, command: `ip link show ${device.name}` });
  }
  const told = logged(scenario, netns.id, {
    kind: 'decapsulate',
    says: `VXLAN ${inner.vni} unwrapped by ${device.name}`,
    command: `ip -d link show ${device.name}`,
  });
  const frame = { ...inner.frame, mark: outer.mark };
  return staged(told, { at: 'arrive', netns: netns.id, link: device.name, frame });
}

/** A device in collect-metadata mode takes any number: what it means is its program's to say. */
function byProgram(
  journey: Journey,
  scenario: Scenario,
  {
    netns,
    device,
    inner,
  }: { readonly netns: Netns; readonly device: Link; readonly inner: NonNullable<Frame['inner']> },
): Scenario {
  const broken = brokenLink(device);
  if (broken !== undefined)
    return dropped(scenario, netns.id, { says: `not taken: ${broken}`, command: `ip link show ${device.name}` });
  const { ebpf } = netns;
  if (ebpf === undefined || ebpf === 'not-read')
    return unsure(
      scenario,
      `what ${device.name} of ${netns.id} takes: an eBPF program decides, and ${mapsUnread(netns)}`,
    );
  const says = `VXLAN ${inner.vni} unwrapped by ${device.name}`;
  const told = logged(scenario, netns.id, { kind: 'decapsulate', says, command: `ip -d link show ${device.name}` });
  return fromTunnel(journey, told, { netns, ebpf, frame: inner.frame, link: device.name, identity: inner.vni });
}
