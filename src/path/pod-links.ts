// Which pod hangs on which link of its node. The pod's side tells for certain; where it was not read, the node's own
// tables say where they would send a packet for the pod's address.
import { wireKey, type Netns, type World } from './world.js';

export function podLinks(world: Pick<World, 'netns' | 'pods'>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [ip, { netns: pod, node, hostNetwork }] of world.pods) {
    const host = world.netns.get(`node/${node}`);
    if (hostNetwork || !host) continue;
    const link = paired(world.netns.get(pod), host) ?? byTables(ip, host);
    if (link !== undefined) found.set(wireKey(host.id, link), pod);
  }
  return found;
}

/** A veth names the ifindex of its other end, and a pod has one that leads out of it. */
function paired(pod: Netns | undefined, host: Netns): string | undefined {
  const index = pod?.links.find(({ peerIndex, name }) => peerIndex !== undefined && name !== 'lo')?.peerIndex;
  return index === undefined ? undefined : host.links.find((link) => link.index === index)?.name;
}

/** A routed CNI has a /32 to the pod's link; a bridge knows the port behind which the pod's MAC was learnt. */
function byTables(ip: string, host: Netns): string | undefined {
  const route = host.routes.find(({ dst, dev }) => dst === `${ip}/32` && dev !== undefined);
  if (route) return route.dev;
  const mac = host.neighbours.find((neighbour) => neighbour.ip === ip)?.mac;
  return mac === undefined ? undefined : host.fdb.find((entry) => entry.mac === mac && entry.master !== undefined)?.dev;
}
