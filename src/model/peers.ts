// What a node holds about each other node's tunnel, beside what that node publishes.
import { unreadable, type Source } from '../facts/fact.js';
import type { NodeObject } from '../facts/kube.js';
import type { FdbEntry, Neighbour, Route } from '../facts/network.js';
import { defined } from '../facts/read/untyped.js';
import { CLUSTER } from '../target/subject.js';
import { publishedBy, type Overlay } from './overlay.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    peers: Peers | 'none';
  }
}
export interface Peers {
  readonly device: string;
  /** The device's own MAC, and the one its Node tells the others. */
  readonly mac: string;
  readonly publishedMac?: string;
  readonly list: readonly Peer[];
}
export interface Peer {
  readonly node: string;
  /** Next hop on the tunnel device: the key of the neighbour entry. */
  readonly gateway: string;
  readonly underlay: string;
  readonly publishedMac?: string;
  /** MAC of the neighbour entry for the gateway, where there is one. */
  readonly mac?: string;
  /** Where the FDB sends frames to the published MAC, or else to the neighbour's. */
  readonly sentTo: readonly string[];
}

export const peers: Source<'node', Peers | 'none'> = (node, know) => {
  know.ahead([
    [node, 'overlay'],
    [CLUSTER, 'nodes'],
    [node, 'routes'],
    [node, 'neighbours'],
    [node, 'fdb'],
  ]);
  const overlay = know.get(node, 'overlay');
  // Cilium's device is told its peers by an eBPF map, IPIP's by the route itself: neither has an FDB.
  if (overlay === 'none' || overlay.link?.vxlan?.external || !isVxlan(overlay)) return 'none';
  if (overlay.link?.mac === undefined) return unreadable(`no link ${overlay.device} on ${node.name}`);
  const held = holding(overlay.device, {
    routes: know.get(node, 'routes'),
    neighbours: know.get(node, 'neighbours'),
    fdb: know.get(node, 'fdb'),
  });
  const others = know.get(CLUSTER, 'nodes').filter(({ name }) => name !== node.name);
  return defined({
    device: overlay.device,
    mac: overlay.link.mac,
    publishedMac: overlay.wants.mac,
    list: others.flatMap((other) => held(other) ?? []),
  }) as Peers;
};

const isVxlan = ({ device }: Overlay): boolean => device.startsWith('flannel.') || device === 'vxlan.calico';

interface Tables {
  readonly routes: readonly Route[];
  readonly neighbours: readonly Neighbour[];
  readonly fdb: readonly FdbEntry[];
}

function holding(device: string, { routes, neighbours, fdb }: Tables): (other: NodeObject) => Peer | undefined {
  const ways = new Map(routes.map((route) => [route.dst, route]));
  const tunnelled = new Set(routes.flatMap(({ dev, via }) => (dev === device && via ? [via] : [])));
  const macs = new Map(neighbours.flatMap((each) => (each.dev === device ? [[each.ip, each.mac] as const] : [])));
  const ends = new Map<string, string[]>();
  for (const { dev, mac, dst } of fdb) {
    if (dev === device && dst !== undefined) ends.set(mac, [...(ends.get(mac) ?? []), dst]);
  }
  return (other) => {
    const published = publishedBy(other);
    const cidr = other.podCidrs.find((each) => !each.includes(':'));
    // flannel's gateway is the network address of the peer's range; Calico's is the tunnel address it publishes.
    const gateway = published?.wants.address ?? cidr?.split('/')[0];
    const underlay = published?.wants.local;
    if (published?.device !== device || gateway === undefined || underlay === undefined) return undefined;
    // In one subnet DirectRouting and CrossSubnet go past the tunnel, so nothing has to be known about its other end.
    const direct = cidr !== undefined && ways.get(cidr)?.dev !== undefined && ways.get(cidr)?.dev !== device;
    if (direct || (published.wants.address !== undefined && !tunnelled.has(gateway))) return undefined;
    const mac = macs.get(gateway);
    const key = published.wants.mac ?? mac;
    const sentTo = key === undefined ? [] : (ends.get(key) ?? []);
    return defined({ node: other.name, gateway, underlay, publishedMac: published.wants.mac, mac, sentTo }) as Peer;
  };
}
