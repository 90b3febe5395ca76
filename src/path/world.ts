// What the walk may look at: every network namespace as it was read, and how they hang together.
import type { CiliumMaps } from '../facts/ebpf.js';
import type { Netfilter } from '../facts/netfilter.js';
import type {
  Address,
  FdbEntry,
  Link,
  Neighbour,
  Route,
  RoutingRule,
  Socket,
  Sysctls,
  User,
} from '../facts/network.js';

export interface Netns {
  /** `node/w1`, `pod/shop/web`, `outside`. */
  readonly id: string;
  readonly links: readonly Link[];
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  readonly rules: readonly RoutingRule[];
  readonly neighbours: readonly Neighbour[];
  readonly fdb: readonly FdbEntry[];
  /** Absent: not read. On a node that leaves every verdict open. */
  readonly netfilter?: Netfilter;
  readonly sysctls: Sysctls;
  /** Set on a node whose links carry Cilium's programs. */
  readonly ebpf?: CiliumState | 'not-read';
  /** Absent: not read. */
  readonly sockets?: readonly Socket[];
  /** Of the process that sends from here. Absent: not read. */
  readonly user?: User;
  /** What could not be read, by name. */
  readonly unread: readonly { readonly what: string; readonly why: string }[];
}

export interface CiliumState extends CiliumMaps {
  /** Sockets of pods are balanced too, not only those of the node itself. */
  readonly translatesPods: boolean;
  /** What comes in from outside is balanced by the programs in a way that is walked here: tunnel, source translated. */
  readonly servesNodePorts: boolean;
  /** Where a Service has no backend a client outside is told so. */
  readonly rejectsUnserved: boolean;
  /** Policies are watched and not enforced. */
  readonly audits: boolean;
}

export interface PodAt {
  /** `pod/shop/web`, also for a pod that shares its node's network. */
  readonly self?: string;
  /** Namespace of the pod's own, or its node's when it shares the node's network. */
  readonly netns: string;
  readonly node: string;
  readonly hostNetwork: boolean;
}

export interface World {
  readonly netns: ReadonlyMap<string, Netns>;
  /** By `wireKey(node namespace, link)`: the pod namespace at the other end. */
  readonly podLinks: ReadonlyMap<string, string>;
  /** By address. */
  readonly pods: ReadonlyMap<string, PodAt>;
  /** By address: the namespace that owns it. */
  readonly nodeIps: ReadonlyMap<string, string>;
  /** By address of a load balancer: addresses of the nodes that it may hand a packet to. */
  readonly balanced?: ReadonlyMap<string, readonly string[]>;
  /** Both ends of a cable whose far link is known by name, by `wireKey`. Optional: podLinks will do for pods. */
  readonly wires?: ReadonlyMap<string, { readonly netns: string; readonly link: string }>;
}

export const wireKey = (netns: string, link: string): string => `${netns} ${link}`;

export const isPod = (netns: string): boolean => netns.startsWith('pod/');
export const linkOf = (netns: Netns, name: string): Link | undefined => netns.links.find((link) => link.name === name);
export const addressesOf = (netns: Netns, link: string): readonly Address[] =>
  netns.addresses.filter((address) => address.link === link && address.family === 4);
export const primaryAddress = (netns: Netns, link: string): string | undefined => addressesOf(netns, link)[0]?.ip;
export const ownsAddress = (netns: Netns, ip: string): boolean => netns.addresses.some((address) => address.ip === ip);

/** Names of links may hold dots; sysctl(8) prints those as slashes. */
function confValue(netns: Netns, link: string, name: string): number | undefined {
  const text =
    netns.sysctls[`net.ipv4.conf.${link}.${name}`] ??
    netns.sysctls[`net.ipv4.conf.${link.replaceAll('.', '/')}.${name}`];
  return text === undefined ? undefined : Number(text);
}

export function sysctl(netns: Netns, name: string): number | undefined {
  const text = netns.sysctls[name];
  return text === undefined ? undefined : Number(text);
}

/** Settings of which the kernel takes the larger of `all` and the link's (rp_filter). */
export function confMax(netns: Netns, link: string, name: string): number | undefined {
  const all = confValue(netns, 'all', name);
  const own = confValue(netns, link, name);
  return all === undefined || own === undefined ? undefined : Math.max(all, own);
}

/** Settings that hold when either of `all` and the link's is set (route_localnet, accept_local). */
export const confEither = (netns: Netns, link: string, name: string): boolean =>
  (confValue(netns, 'all', name) ?? 0) > 0 || (confValue(netns, link, name) ?? 0) > 0;

/** `conf.<link>.forwarding`, or ip_forward where links were not read one by one. */
export const forwards = (netns: Netns, link: string): boolean | undefined => {
  const value = confValue(netns, link, 'forwarding') ?? sysctl(netns, 'net.ipv4.ip_forward');
  return value === undefined ? undefined : value > 0;
};

export const isUnread = (netns: Netns, what: string): boolean => netns.unread.some((part) => part.what === what);

export const CILIUM_MAPS = 'ciliumMaps';

export function mapsUnread({ unread }: Netns): string {
  const why = unread.find(({ what }) => what === CILIUM_MAPS)?.why;
  return `its maps were not read${why === undefined ? '' : ` (${why})`}`;
}
