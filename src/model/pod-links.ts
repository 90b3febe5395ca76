// Which link of a node leads to which of its pods, told from the node alone: no pod has to be entered for it.
import { createHash } from 'node:crypto';
import type { Fact, Source } from '../facts/fact.js';
import type { FdbEntry, Link, Neighbour, Route } from '../facts/network.js';
import { defined } from '../facts/read/untyped.js';
import type { OwnPod } from './own-pods.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    /** Every running pod with a network of its own. */
    podLinks: readonly PodLink[];
  }
}
export interface PodLink extends OwnPod {
  /** Absent where nothing on the node tells: a pod nobody has spoken to has no neighbour entry. */
  readonly link?: Link;
}

export const podLinks: Source<'node', readonly PodLink[]> = (node, know) => {
  know.ahead([
    [node, 'ownPods'],
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
  return know.get(node, 'ownPods').map((pod) => defined({ ...pod, link: found(pod) }) as PodLink);
};

const held = <T>(fact: Fact<readonly T[]>): readonly T[] => (fact.kind === 'unknown' ? [] : fact.value);

interface Seen {
  readonly links: readonly Link[];
  readonly routes: readonly Route[];
  readonly neighbours: readonly Neighbour[];
  readonly fdb: readonly FdbEntry[];
}

function seen({ links, routes, neighbours, fdb }: Seen): (pod: OwnPod) => Link | undefined {
  const byName = new Map(links.map((link) => [link.name, link]));
  const hosts = new Map(routes.flatMap(({ dst, dev, via }) => (dev && via === undefined ? [[dst, dev] as const] : [])));
  const macs = new Map(neighbours.map((each) => [each.ip, each]));
  return (pod) => {
    // Calico and the AWS CNI name the link after the pod: sha1("namespace.name"), 11 characters of it.
    const hash = createHash('sha1').update(`${pod.namespace}.${pod.name}`).digest('hex').slice(0, 11);
    const named = byName.get(`cali${hash}`) ?? byName.get(`eni${hash}`);
    if (named) return named;
    const routed = byName.get(hosts.get(`${pod.ip}/32`) ?? '');
    if (routed) return routed;
    const neighbour = macs.get(pod.ip);
    if (neighbour?.mac === undefined) return undefined;
    const direct = byName.get(neighbour.dev);
    if (direct?.kind === 'veth') return direct;
    const entry = fdb.find(({ mac, dev }) => mac === neighbour.mac && byName.get(dev)?.master === neighbour.dev);
    return entry && byName.get(entry.dev);
  };
}
