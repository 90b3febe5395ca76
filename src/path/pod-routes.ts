// Where a node sends what its pods address to the pods of each other node, beside where it should.
import type { Know, Source } from '../facts/fact.js';
import type { CniSetup, NodeObject } from '../facts/kube.js';
import type { Route } from '../facts/network.js';
import { defined } from '../facts/read/untyped.js';
import { publishedBy } from '../model/overlay.js';
import { CLUSTER, type Subject } from '../target/subject.js';
import { inCidr, ipNumber, ipText, parseCidr } from '../facts/ip.js';
import { within } from './ranges.js';
import { lookupRoute, type RouteQuestion } from './route.js';
import type { Netns } from './world.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    /** Empty where nothing tells which routes there should be. */
    podRoutes: readonly PodRoute[];
  }
}
export interface PodRoute {
  readonly node: string;
  /** The peer's whole range, or the part of it that a narrower route takes. */
  readonly range: string;
  readonly part: boolean;
  /** An address in it, to ask the kernel about. */
  readonly address: string;
  readonly wants: string;
  /** The route or rule that takes it, as the tool printed it; absent when none does. */
  readonly finds?: string;
  /** That route is wider than the range: nothing here is about these pods. */
  readonly byChance: boolean;
  readonly right: boolean;
}

/** A way to a peer's pods: through one of these devices, or by way of one of these next hops. */
interface Way {
  readonly range: string;
  readonly device?: string;
  readonly gateway?: string;
  readonly direct: readonly string[];
}

export const podRoutes: Source<'node', readonly PodRoute[]> = (node, know) => {
  know.ahead([
    [CLUSTER, 'cni'],
    [CLUSTER, 'nodes'],
    [node, 'routes'],
    [node, 'rules'],
    [node, 'addresses'],
    [node, 'podBridge'],
    [node, 'ownPods'],
  ]);
  const cni = know.get(CLUSTER, 'cni');
  const ways = know
    .get(CLUSTER, 'nodes')
    .filter(({ name }) => name !== node.name)
    .flatMap((peer) => {
      const way = wayTo(peer, cni);
      return way ? [{ peer: peer.name, way }] : [];
    });
  if (ways.length === 0) return [];
  const netns = routing(node, know);
  const ask = asking(node, know);
  const parts = partsIn(
    ways.map(({ way }) => way.range),
    netns.routes,
  );
  return ways.flatMap(({ peer, way }) => parts(way.range).map((part) => found({ peer, way, part }, ask, netns)));
};

function routing(node: Subject<'node'>, know: Know): Netns {
  const nothing = { links: [], neighbours: [], fdb: [], sysctls: {}, unread: [] };
  const held = {
    routes: know.get(node, 'routes'),
    rules: know.get(node, 'rules'),
    addresses: know.get(node, 'addresses'),
  };
  return { id: `node/${node.name}`, ...nothing, ...held };
}

/** Policy rules may look at where a packet comes from: ask as one of the node's pods. */
function asking(node: Subject<'node'>, know: Know): (dst: string) => RouteQuestion {
  const bridge = know.get(node, 'podBridge');
  const src = know.get(node, 'ownPods')[0]?.ip;
  const iif = bridge === 'none' ? 'any pod' : bridge.name;
  return (dst) => ({ dst, iif, mark: 0, ...(src === undefined ? {} : { src }) });
}

function wayTo(peer: NodeObject, cni: CniSetup): Way | undefined {
  const cidr = peer.podCidrs.find((each) => !each.includes(':'));
  const published = publishedBy(peer);
  const flannel = peer.annotations['flannel.alpha.coreos.com/backend-type'];
  const direct = [...peer.internalIps, ...(published?.wants.local ? [published.wants.local] : [])];
  const own = peer.annotations['flannel.alpha.coreos.com/public-ip'];
  // Calico keeps blocks of its own; the tunnel's address is in one of the peer's.
  if (published?.wants.address !== undefined)
    return { range: `${published.wants.address}/32`, device: published.device, direct };
  if (cidr === undefined) return undefined;
  if (published) return { range: cidr, device: published.device, gateway: cidr.split('/')[0] ?? '', direct };
  if (flannel === 'host-gw') return { range: cidr, direct: own ? [...direct, own] : direct };
  if (flannel !== undefined || !peer.ready) return undefined;
  if (cni.name === 'kindnet') return { range: cidr, direct };
  const tunnel = cni.settings['routing-mode'] === 'tunnel' && cni.settings['ipam'] === 'kubernetes';
  return cni.name === 'cilium' && tunnel ? { range: cidr, device: 'cilium_host', direct: [] } : undefined;
}

/** Each range and whatever narrower routes cut out of it. Thousands of both may meet, so they are matched by key. */
function partsIn(ranges: readonly string[], routes: readonly Route[]): (range: string) => readonly Part[] {
  const inner = new Map<string, string[]>(ranges.map((range) => [range, []]));
  const lengths = new Set(ranges.flatMap((range) => parseCidr(range)?.length ?? []));
  for (const { dst, table } of routes) {
    const cidr = table === 'local' ? undefined : parseCidr(dst);
    for (const length of cidr ? lengths : []) {
      const outer = parseCidr(`${ipText(cidr!.base)}/${length}`)!;
      const held = cidr!.length > length ? inner.get(`${ipText(outer.base)}/${length}`) : undefined;
      if (held && !held.includes(dst)) held.push(dst);
    }
  }
  return (range) => {
    const parts = (inner.get(range) ?? []).map((each) => ({ range: each, address: firstOf(each), part: true }));
    const free = freeAddress(range, inner.get(range) ?? []);
    return [...(free === undefined ? [] : [{ range, address: free, part: false }]), ...parts];
  };
}

interface Part {
  readonly range: string;
  readonly address: string;
  readonly part: boolean;
}

function firstOf(range: string): string {
  const cidr = parseCidr(range);
  return cidr ? ipText(cidr.length >= 31 ? cidr.base : cidr.base + 1) : range;
}

/** An address of the range that no narrower route takes: the first, or the last but one. */
function freeAddress(range: string, taken: readonly string[]): string | undefined {
  const cidr = parseCidr(range);
  if (!cidr) return undefined;
  const last = ipText(cidr.base + Math.max(0, 2 ** (32 - cidr.length) - 2));
  return [firstOf(range), last].find((ip) => {
    const number = ipNumber(ip);
    return (
      number !== undefined && !taken.some((each) => inCidr(number, parseCidr(each) ?? { base: -1, mask: 0, length: 0 }))
    );
  });
}

interface Asked {
  readonly peer: string;
  readonly way: Way;
  readonly part: Part;
}

function found({ peer, way, part }: Asked, ask: (dst: string) => RouteQuestion, netns: Netns): PodRoute {
  const answer = lookupRoute(netns, ask(part.address));
  const route = answer.kind === 'route' ? answer.route : undefined;
  const rule = answer.kind === 'rule' ? answer.rule.text : undefined;
  return defined({
    node: peer,
    ...part,
    wants: wayText(way),
    finds: route?.text ?? rule,
    byChance: route !== undefined && within(route.dst, part.range),
    // What we cannot look up for sure is not called wrong.
    right: answer.kind === 'unknown' || (route !== undefined && leads(route, way)) || markedRight(),
  }) as PodRoute;

  /** Packets may be marked on their way in and find another table: which are, the packet filter decides, not the routes. */
  function markedRight(): boolean {
    const marks = netns.rules.flatMap(({ mark }) => (mark && mark.value !== 0 ? [mark.value] : []));
    return marks.some((mark) => {
      const other = lookupRoute(netns, { ...ask(part.address), mark });
      return other.kind === 'route' && leads(other.route, way);
    });
  }
}

function leads(route: Route, { device, gateway, direct }: Way): boolean {
  if (route.type !== 'unicast') return false;
  const hops = route.nexthops ?? [{ via: route.via, dev: route.dev }];
  return hops.every(
    ({ via, dev }) =>
      (via !== undefined && direct.includes(via)) ||
      (device !== undefined && dev === device && (gateway === undefined || via === undefined || via === gateway)),
  );
}

function wayText({ device, gateway, direct }: Way): string {
  if (device === undefined) return `via ${direct[0] ?? ''}`;
  return gateway === undefined ? `dev ${device}` : `via ${gateway} dev ${device}`;
}
