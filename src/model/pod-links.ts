// Which link of a node leads to which of its pods, told from the node alone: no pod has to be entered for it.
import { createHash } from 'node:crypto';
import type { Fact, Source } from '../facts/fact.js';
import type { PodObject } from '../facts/kube.js';
import type { FdbEntry, Link, Neighbour, Route } from '../facts/network.js';
import { defined } from '../facts/read/untyped.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    /** Every running pod with a network of its own. */
    podLinks: readonly PodLink[];
  }
}
export interface PodLink {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
  /** Absent where nothing on the node tells: a pod nobody has spoken to has no neighbour entry. */
  readonly link?: Link;
}

export const podLinks: Source<'node', readonly PodLink[]> = (node, know) => {
  know.ahead([
    [node, 'pods'],
    [node, 'links'],
    [node, 'routes'],
    [node, 'neighbours'],
    [node, 'fdb'],
  ]);
  const links = know.get(node, 'links');
  const found = seen({
    links,
    routes: held(know.peek(node, 'routes')),
    neighbours: held(know.peek(node, 'neighbours')),
    fdb: held(know.peek(node, 'fdb')),
  });
  return know.get(node, 'pods').flatMap((pod) => {
    const ip = ownAddress(pod);
    if (ip === undefined) return [];
    const { namespace, name } = pod;
    return [defined({ namespace, name, ip, link: found(pod, ip) }) as PodLink];
  });
};

const held = <T>(fact: Fact<readonly T[]>): readonly T[] => (fact.kind === 'unknown' ? [] : fact.value);

/** Of a pod that runs in a network namespace of its own. */
export function ownAddress(pod: PodObject): string | undefined {
  if (pod.hostNetwork || pod.phase !== 'Running' || pod.deleting) return undefined;
  return pod.ips.find((ip) => !ip.includes(':')) ?? (pod.ip?.includes(':') ? undefined : pod.ip);
}

interface Seen {
  readonly links: readonly Link[];
  readonly routes: readonly Route[];
  readonly neighbours: readonly Neighbour[];
  readonly fdb: readonly FdbEntry[];
}

function seen({ links, routes, neighbours, fdb }: Seen): (pod: PodObject, ip: string) => Link | undefined {
  const byName = new Map(links.map((link) => [link.name, link]));
  const hosts = new Map(routes.flatMap(({ dst, dev, via }) => (dev && via === undefined ? [[dst, dev] as const] : [])));
  const macs = new Map(neighbours.map((each) => [each.ip, each]));
  return (pod, ip) => {
    // Calico and the AWS CNI name the link after the pod: sha1("namespace.name"), 11 characters of it.
    const hash = createHash('sha1').update(`${pod.namespace}.${pod.name}`).digest('hex').slice(0, 11);
    const named = byName.get(`cali${hash}`) ?? byName.get(`eni${hash}`);
    if (named) return named;
    const routed = byName.get(hosts.get(`${ip}/32`) ?? '');
    if (routed) return routed;
    const neighbour = macs.get(ip);
    if (neighbour?.mac === undefined) return undefined;
    const direct = byName.get(neighbour.dev);
    if (direct?.kind === 'veth') return direct;
    const entry = fdb.find(({ mac, dev }) => mac === neighbour.mac && byName.get(dev)?.master === neighbour.dev);
    return entry && byName.get(entry.dev);
  };
}
