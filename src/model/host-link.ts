// The node's end of a pod's veth pair, and what it should be joined to.
import { Unanswerable, unreadable, type Know, type Source } from '../facts/fact.js';
import type { Link } from '../facts/network.js';
import { defined } from '../facts/read/untyped.js';
import { nodeSubject, type Subject } from '../target/subject.js';

declare module '../facts/fact.js' {
  interface PodFacts {
    hostLink: HostLink;
  }
}
export type HostLink =
  | { readonly kind: 'host-network'; readonly node: string }
  | {
      readonly kind: 'link';
      readonly node: string;
      readonly link: Link;
      /** How we know that it is this pod's. */
      readonly by: 'ifindex' | 'node' | 'elimination';
      /** The bridge the pods of its node hang on, if they hang on one. */
      readonly bridge?: string;
      readonly hairpin?: boolean;
      readonly state?: string;
    };

export const hostLink: Source<'pod', HostLink> = (pod, know) => {
  const object = know.get(pod, 'object');
  if (object === 'absent' || object.node === undefined) return unreadable(`pod ${pod.name} is on no node`);
  if (object.hostNetwork) return { kind: 'host-network', node: object.node };
  const node = nodeSubject(object.node);
  know.ahead([
    [pod, 'links'],
    [node, 'links'],
    [node, 'podBridge'],
    [node, 'podLinks'],
    [node, 'bridgePorts'],
  ]);
  const found = paired(pod, node, know) ?? bySight(pod, node, know) ?? remaining(pod, node, know);
  if (!found) throw new Unanswerable(whyNot(pod, know));
  const bridge = know.get(node, 'podBridge');
  const ports = know.peek(node, 'bridgePorts');
  const port = ports.kind === 'unknown' ? undefined : ports.value[found.link.name];
  const { hairpin, state } = port ?? found.link.port ?? {};
  const joined = bridge === 'none' ? undefined : bridge.name;
  return defined({ kind: 'link', node: node.name, ...found, bridge: joined, hairpin, state }) as HostLink;
};

type Found = Pick<Extract<HostLink, { kind: 'link' }>, 'link' | 'by'>;

/** A clause that follows the link's name; undefined when it does what it should. */
export function wrongLink({ link, bridge, state }: Extract<HostLink, { kind: 'link' }>): string | undefined {
  if (!link.up) return 'is down';
  if (!link.carrier) return 'has no carrier: the pod’s end is down';
  if (bridge !== undefined && link.master !== bridge) return `is not a port of ${bridge}`;
  // What STP or an administrator blocks is up in every other respect.
  return state === 'blocking' ? `is a port of ${bridge ?? 'its bridge'} in state blocking` : undefined;
}

/** A veth names its other end's ifindex: certain, and only the pod's side tells it for sure. */
function paired(pod: Subject<'pod'>, node: Subject<'node'>, know: Know): Found | undefined {
  const inside = know.peek(pod, 'links');
  if (inside.kind === 'unknown') return undefined;
  const own = inside.value.find(({ name }) => name === 'eth0') ?? inside.value.find(({ kind }) => kind === 'veth');
  const link = know.get(node, 'links').find(({ index }) => index === own?.peerIndex);
  // The same number may be another link's, where the pod's other end was moved away.
  return own && link && (link.peerIndex ?? own.index) === own.index ? { link, by: 'ifindex' } : undefined;
}

function bySight(pod: Subject<'pod'>, node: Subject<'node'>, know: Know): Found | undefined {
  const link = know
    .get(node, 'podLinks')
    .find((each) => each.name === pod.name && each.namespace === pod.namespace)?.link;
  return link && { link, by: 'node' };
}

/** One veth that carries nobody and one pod that no veth leads to: on a node of bridged pods they belong together. */
function remaining(pod: Subject<'pod'>, node: Subject<'node'>, know: Know): Found | undefined {
  const bridge = know.get(node, 'podBridge');
  const all = know.get(node, 'podLinks');
  if (bridge === 'none' || !bridge.link) return undefined;
  const lost = all.filter(({ link }) => !link);
  const routed = new Set(know.get(node, 'routes').flatMap(({ dev }) => dev ?? []));
  const loose = know
    .get(node, 'links')
    .filter(({ kind, master, name }) => kind === 'veth' && master === undefined && !routed.has(name));
  const [link] = loose;
  const mine = lost.length === 1 && lost[0]?.name === pod.name && lost[0].namespace === pod.namespace;
  return mine && link && loose.length === 1 && bridge.ports.length === all.length - 1
    ? { link, by: 'elimination' }
    : undefined;
}

function whyNot(pod: Subject<'pod'>, know: Know): Unanswerable['gaps'] {
  const inside = know.peek(pod, 'links');
  if (inside.kind === 'unknown') return inside.gaps;
  return [{ kind: 'unreadable', detail: `nothing tells which link of the node leads to pod ${pod.name}` }];
}
