// `ip -j route show table all`
import { isUnreadable, unreadable, type Unreadable } from '../fact.js';
import type { Route } from '../network.js';
import { cidr } from './cidr.js';
import { numberOf, objectOf, objectsOf, parseRecords, present, textOf, textsOf, type JsonObject } from './tool-json.js';

const TYPES = ['unicast', 'local', 'broadcast', 'multicast', 'blackhole', 'unreachable', 'prohibit', 'throw'] as const;
export const routeType = (word: string): Route['type'] | undefined => TYPES.find((type) => type === word);

export function readIpRouteJson(text: string): readonly Route[] | Unreadable {
  const records = parseRecords(text, 'ip -j route');
  if (isUnreadable(records)) return records;
  const routes: Route[] = [];
  for (const record of records) {
    const type = textOf(record, 'type') ?? 'unicast';
    // Anycast and nat routes belong to other times; a new kind of route may do anything.
    const known = routeType(type);
    if (known === undefined) return unreadable(`ip -j route printed a route of a kind we do not know: ${type}`);
    routes.push(route(record, known));
  }
  return routes;
}

function route(record: JsonObject, type: Route['type']): Route {
  const nexthops = objectsOf(record, 'nexthops').map((each) =>
    present<NonNullable<Route['nexthops']>[number]>({
      via: gateway(each),
      dev: textOf(each, 'dev'),
      weight: numberOf(each, 'weight') ?? 1,
    }),
  );
  const flags = textsOf(record, 'flags');
  return present<Route>({
    table: textOf(record, 'table') ?? 'main',
    type,
    dst: cidr(textOf(record, 'dst') ?? 'default'),
    via: gateway(record),
    dev: textOf(record, 'dev'),
    src: textOf(record, 'prefsrc'),
    metric: numberOf(record, 'metric') ?? 0,
    protocol: textOf(record, 'protocol'),
    scope: textOf(record, 'scope'),
    onlink: flags.includes('onlink'),
    mtu: objectsOf(record, 'metrics')
      .map((each) => numberOf(each, 'mtu'))
      .find((mtu) => mtu !== undefined),
    // The kernel adds `dead` to `linkdown` by itself where ignore_routes_with_linkdown makes it pass the route over.
    dead: flags.includes('dead'),
    nexthops: nexthops.length > 0 ? nexthops : undefined,
    text: routeText(record),
  });
}

/** A gateway of another family stands under `via`. */
const gateway = (record: JsonObject): string | undefined =>
  textOf(record, 'gateway') ?? textOf(objectOf(record, 'via') ?? {}, 'host');

/** In the order in which iproute2 prints the words. */
function routeText(record: JsonObject): string {
  const pair = (word: string, key: string): string => {
    const value = textOf(record, key);
    return value === undefined ? '' : `${word} ${value}`;
  };
  const via = gateway(record);
  const hops = objectsOf(record, 'nexthops').map((each) =>
    [
      'nexthop',
      gateway(each) && `via ${gateway(each)}`,
      textOf(each, 'dev') && `dev ${textOf(each, 'dev')}`,
      `weight ${numberOf(each, 'weight') ?? 1}`,
    ]
      .filter(Boolean)
      .join(' '),
  );
  const metrics = objectsOf(record, 'metrics').flatMap((each) =>
    Object.entries(each).map(([key, value]) => `${key} ${String(value)}`),
  );
  return [
    textOf(record, 'type') ?? '',
    textOf(record, 'dst') ?? 'default',
    via === undefined ? '' : `via ${via}`,
    pair('dev', 'dev'),
    pair('table', 'table'),
    pair('proto', 'protocol'),
    pair('scope', 'scope'),
    pair('src', 'prefsrc'),
    pair('metric', 'metric'),
    ...textsOf(record, 'flags'),
    ...metrics,
    pair('pref', 'pref'),
    ...hops,
  ]
    .filter((word) => word !== '')
    .join(' ');
}
