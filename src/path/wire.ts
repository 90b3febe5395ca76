// What is at the other end of a device, and who would answer there for an address.
import type { Link } from '../facts/network.js';
import { downBridge, isDeaf } from './link-state.js';
import { type Netns, type PodAt, type World, addressesOf, confEither, linkOf, wireKey } from './world.js';

export interface FarEnd {
  readonly netns: string;
  /** Absent where the other side was not read. */
  readonly link?: string;
}

export function farEnd(world: World, netns: Netns, name: string): FarEnd | undefined {
  const wire = world.wires?.get(wireKey(netns.id, name));
  if (wire) return wire;
  const link = linkOf(netns, name);
  const pod = world.podLinks.get(wireKey(netns.id, name));
  if (pod !== undefined) return { netns: pod, ...named(podLink(world, pod, link)) };
  const host = hostEnd(world, netns.id);
  if (host && name !== 'lo') return host;
  if (link?.kind !== 'veth' || link.peerIndex === undefined || link.peerNetns !== undefined) return undefined;
  const peer = netns.links.find(({ index }) => index === link.peerIndex);
  return peer && peer.peerIndex === link.index ? { netns: netns.id, link: peer.name } : undefined;
}

const named = (link: string | undefined): { readonly link?: string } => (link === undefined ? {} : { link });

/** A pod's way out: the link paired with the host's, else the one that has its address. */
function podLink(world: World, pod: string, host: Link | undefined): string | undefined {
  const netns = world.netns.get(pod);
  const paired = netns?.links.find(({ peerIndex, name }) => peerIndex === host?.index && name !== 'lo');
  return paired?.name ?? netns?.addresses.find(({ link, family }) => link !== 'lo' && family === 4)?.link;
}

/** The host's link in front of a pod; of a pod that no link is known for, the device its node reaches it by. */
export function hostEnd(world: World, pod: string): FarEnd | undefined {
  for (const [key, id] of world.podLinks) {
    if (id !== pod) continue;
    const space = key.indexOf(' ');
    return { netns: key.slice(0, space), link: key.slice(space + 1) };
  }
  return undefined;
}

/** Names the link in front of the pod at this address, where it is no port of the bridge that should lead there. */
export function strayText(world: World, netns: Netns, { bridge, ip }: { bridge: string; ip: string }): string {
  const pod = world.pods.get(ip);
  const end = pod && !pod.hostNetwork ? hostEnd(world, pod.netns) : undefined;
  const link = end?.netns === netns.id && end.link !== undefined ? linkOf(netns, end.link) : undefined;
  return link && link.master !== bridge ? `; ${link.name}, which leads there, is no port of it` : '';
}

export const podOf = (world: World, netns: string): readonly [string, PodAt] | undefined =>
  [...world.pods].find(([, pod]) => pod.netns === netns && !pod.hostNetwork);

export type Owner =
  /** Somebody answers; with which MAC is not known where that side was not read. */
  { readonly kind: 'answers'; readonly mac?: string } | { readonly kind: 'nobody' } | { readonly kind: 'unknown' };

const answers = (mac: string | undefined): Owner =>
  mac === undefined ? { kind: 'answers' } : { kind: 'answers', mac };

/** Who answers an ARP request for `ip` that leaves by `link`. */
export function ownerOf(
  world: World,
  netns: Netns,
  { link, ip }: { readonly link: string; readonly ip: string },
): Owner {
  const device = linkOf(netns, link);
  // A request that does not get out, or not in at the other end, is answered by nobody.
  if (isDeaf(device)) return { kind: 'nobody' };
  if (device?.kind === 'bridge') return ownerOnBridge(world, netns, { link, ip });
  const end = farEnd(world, netns, link);
  if (!end) return ownerOnUnderlay(world, netns, ip);
  const far = world.netns.get(end.netns);
  const port = far && end.link !== undefined ? linkOf(far, end.link) : undefined;
  if (isDeaf(port)) return { kind: 'nobody' };
  if (port?.master !== undefined && far) return ownerOnBridge(world, far, { link: port.master, ip, except: port.name });
  return ownerAt(world, end, ip);
}

function ownerAt(world: World, end: FarEnd, ip: string): Owner {
  const far = world.netns.get(end.netns);
  const port = far && end.link !== undefined ? linkOf(far, end.link) : undefined;
  const mac = port?.mac;
  if (isDeaf(port)) return { kind: 'nobody' };
  if (far?.addresses.some((address) => address.ip === ip)) return answers(mac);
  if (world.pods.get(ip)?.netns === end.netns || world.nodeIps.get(ip) === end.netns) return answers(mac);
  if (!far || far.addresses.length === 0) return { kind: 'unknown' };
  // proxy_arp answers for whatever the far side has a route to: how routed CNIs are everybody's gateway.
  if (end.link !== undefined && confEither(far, end.link, 'proxy_arp')) return answers(mac);
  return Object.keys(far.sysctls).length === 0 ? { kind: 'unknown' } : { kind: 'nobody' };
}

interface OnBridge {
  readonly link: string;
  readonly ip: string;
  readonly except?: string;
}

function ownerOnBridge(world: World, netns: Netns, { link, ip, except }: OnBridge): Owner {
  if (downBridge(netns, link) !== undefined) return { kind: 'nobody' };
  if (addressesOf(netns, link).some((address) => address.ip === ip)) return answers(linkOf(netns, link)?.mac);
  let open = false;
  for (const port of netns.links.filter(({ master, name }) => master === link && name !== except)) {
    if (isDeaf(port)) continue;
    const end = farEnd(world, netns, port.name);
    const owner: Owner = end ? ownerAt(world, end, ip) : { kind: 'unknown' };
    if (owner.kind === 'answers') return owner;
    if (owner.kind === 'unknown') open = true;
  }
  return open ? { kind: 'unknown' } : { kind: 'nobody' };
}

function ownerOnUnderlay(world: World, netns: Netns, ip: string): Owner {
  const owner = world.nodeIps.get(ip);
  const far = owner === undefined || owner === netns.id ? undefined : world.netns.get(owner);
  if (owner === undefined) return { kind: 'unknown' };
  const address = far?.addresses.find((each) => each.ip === ip);
  return answers(far && address && linkOf(far, address.link)?.mac);
}
