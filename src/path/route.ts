// The kernel's route decision: policy rules in order, in each table the longest prefix, then the lowest metric.
import type { Route, RoutingRule } from '../facts/network.js';
import { type Cidr, inCidr, ipNumber, parseCidr } from '../facts/ip.js';
import type { Netns } from './world.js';

export interface RouteQuestion {
  readonly dst: string;
  /** Absent while the sender has no address yet. */
  readonly src?: string;
  readonly iif?: string;
  /** Only routes out of this device: what a bound socket or a tunnel asks for. */
  readonly oif?: string;
  readonly mark: number;
}

export type RouteAnswer =
  | { readonly kind: 'route'; readonly route: Route; readonly rule: RoutingRule }
  | { readonly kind: 'none'; readonly by: string }
  /** A rule that says no by itself. */
  | { readonly kind: 'rule'; readonly rule: RoutingRule }
  | { readonly kind: 'unknown'; readonly why: string };

interface Entry {
  readonly cidr: Cidr;
  readonly route: Route;
}
const tables = new WeakMap<readonly Route[], ReadonlyMap<string, readonly Entry[]>>();

const DEFAULT_RULES: readonly RoutingRule[] = ['local', 'main', 'default'].map((table, at) => ({
  priority: [0, 32_766, 32_767][at] ?? 0,
  from: '0.0.0.0/0',
  to: '0.0.0.0/0',
  not: false,
  table,
  action: 'lookup',
  text: `${[0, 32_766, 32_767][at]}: from all lookup ${table}`,
}));

/** /proc/net/route tells the main table only; what is local then follows from the addresses. */
export function localRoutes(netns: Netns): readonly Route[] {
  const fixed = { table: 'local', type: 'local', metric: 0, onlink: false, dead: false } as const;
  const own = netns.addresses
    .filter(({ family }) => family === 4)
    .map(({ ip, link }): Route => ({ ...fixed, dst: `${ip}/32`, dev: link, src: ip, text: `local ${ip} dev ${link}` }));
  return [...own, { ...fixed, dst: '127.0.0.0/8', dev: 'lo', src: '127.0.0.1', text: 'local 127.0.0.0/8 dev lo' }];
}

function tablesOf(netns: Netns): ReadonlyMap<string, readonly Entry[]> {
  const known = tables.get(netns.routes);
  if (known) return known;
  const complete = netns.routes.some(({ table }) => table === 'local')
    ? netns.routes
    : [...netns.routes, ...localRoutes(netns)];
  const sorted = new Map<string, Entry[]>();
  for (const route of complete) {
    const cidr = parseCidr(route.dst);
    if (!cidr) continue;
    const entries = sorted.get(route.table) ?? [];
    entries.push({ cidr, route });
    sorted.set(route.table, entries);
  }
  for (const entries of sorted.values()) {
    entries.sort((left, right) => right.cidr.length - left.cidr.length || left.route.metric - right.route.metric);
  }
  tables.set(netns.routes, sorted);
  return sorted;
}

/** Longest prefix of one table, for a device if one is asked for. `throw` counts as no answer of this table. */
export function lookupTable(netns: Netns, table: string, question: RouteQuestion): Route | undefined {
  const dst = ipNumber(question.dst);
  if (dst === undefined) return undefined;
  const usable = ({ cidr, route }: Entry): boolean =>
    inCidr(dst, cidr) &&
    !route.dead &&
    (question.oif === undefined || isError(route) || usesDevice(route, question.oif));
  return tablesOf(netns).get(table)?.find(usable)?.route;
}

/** fib_table_lookup takes these before it looks at any device: they have none. */
const isError = ({ type }: Route): boolean => ['blackhole', 'unreachable', 'prohibit', 'throw'].includes(type);

/** Local routes are found whatever device is asked for: the packet stays here. */
export const usesDevice = (route: Route, dev: string): boolean =>
  route.dev === dev || (route.nexthops ?? []).some((hop) => hop.dev === dev);

export function lookupRoute(netns: Netns, question: RouteQuestion): RouteAnswer {
  const rules = netns.rules.length > 0 ? netns.rules : DEFAULT_RULES;
  for (const rule of rules.toSorted((left, right) => left.priority - right.priority)) {
    if (rule.action === 'unknown') {
      return { kind: 'unknown', why: `whether the routing rule "${rule.text}" takes this packet` };
    }
    if (!applies(rule, question)) continue;
    if (rule.action !== 'lookup') return { kind: 'rule', rule };
    const route = lookupTable(netns, rule.table ?? 'main', question);
    if (route && route.type !== 'throw') return { kind: 'route', route, rule };
  }
  return { kind: 'none', by: `${netns.id} has no route to ${question.dst}` };
}

function applies(rule: RoutingRule, question: RouteQuestion): boolean {
  // A sender without an address matches no `from` but that of everybody.
  const from = matchesCidr(rule.from, question.src ?? '0.0.0.0');
  const to = matchesCidr(rule.to, question.dst);
  const mark = !rule.mark || ((question.mark ^ rule.mark.value) & rule.mark.mask) === 0;
  // What a local process sends comes in from `lo`, as far as rules are concerned.
  const iif = rule.iif === undefined || rule.iif === (question.iif ?? 'lo');
  const oif = rule.oif === undefined || rule.oif === question.oif;
  return (from && to && mark && iif && oif) !== rule.not;
}

function matchesCidr(cidr: string, ip: string): boolean {
  const parsed = parseCidr(cidr);
  const number = ipNumber(ip);
  return parsed !== undefined && number !== undefined && inCidr(number, parsed);
}

export type AddressType = 'UNICAST' | 'LOCAL' | 'BROADCAST' | 'MULTICAST';

/** inet_addr_type: the local table alone decides, and what it does not know is unicast. */
export function addressType(netns: Netns, ip: string, dev?: string): AddressType {
  const number = ipNumber(ip);
  if (number === undefined) return 'UNICAST';
  if (number === 0xffffffff || number >>> 24 === 0) return 'BROADCAST';
  if (number >>> 28 === 0xe) return 'MULTICAST';
  const route = lookupTable(netns, 'local', { dst: ip, mark: 0 });
  if (!route || (dev !== undefined && !usesDevice(route, dev))) return 'UNICAST';
  return route.type === 'local' ? 'LOCAL' : route.type === 'broadcast' ? 'BROADCAST' : 'UNICAST';
}
