// `ip route show table all` as text, of iproute2 and of busybox.
import { type Unreadable, isUnreadable } from '../fact.js';
import type { Route } from '../network.js';
import { notRead } from './answered.js';
import { cidr } from './cidr.js';
import { routeType } from './ip-route-json.js';
import { present } from './tool-json.js';
import { split, words, type Words } from './words.js';

const KEYS = new Set(
  'via dev table proto scope src metric mtu weight advmss rtt rttvar window cwnd initcwnd initrwnd hoplimit rto_min quickack congctl nhid pref realm realms error features expires'.split(
    ' ',
  ),
);

type Hop = NonNullable<Route['nexthops']>[number];

export function readIpRoute(text: string): readonly Route[] | Unreadable {
  const routes: Route[] = [];
  for (const line of text.split('\n')) {
    const tokens = split(line);
    if (tokens.length === 0) continue;
    if (tokens[0] === 'nexthop') {
      const last = routes.pop();
      if (last === undefined) return notRead('ip route', line);
      const one = hop(tokens.slice(1));
      routes.push({ ...last, nexthops: [...(last.nexthops ?? []), one], text: `${last.text} ${tokens.join(' ')}` });
      continue;
    }
    const read = readRoute(tokens);
    if (isUnreadable(read)) return read;
    routes.push(read);
  }
  return routes;
}

function hop(tokens: readonly string[]): Hop {
  const { values } = words(withoutFamily(tokens), KEYS);
  return present<Hop>({ via: values['via'], dev: values['dev'], weight: Number(values['weight'] ?? 1) });
}

function readRoute(tokens: readonly string[]): Route | Unreadable {
  const named = routeType(tokens[0] ?? '');
  const [dst = '', ...rest] = named === undefined ? tokens : tokens.slice(1);
  if (!/^(default|[\d.]+(\/\d+)?|[\da-f:]+(\/\d+)?)$/i.test(dst)) return notRead('ip route', tokens.join(' '));
  const told = words(withoutFamily(rest.map((word) => (word === 'lock' ? '' : word))), KEYS);
  return route({ dst, type: named ?? 'unicast', told, text: tokens.join(' ') });
}

/** `via inet6 fe80::1`, and `mtu lock 1400`: one word more between key and value. */
const withoutFamily = (tokens: readonly string[]): readonly string[] =>
  tokens.filter((word) => word !== 'inet' && word !== 'inet6' && word !== '');

function route(from: { dst: string; type: Route['type']; told: Words; text: string }): Route {
  const { values, flags } = from.told;
  const metric = Number(values['metric'] ?? 0);
  return present<Route>({
    table: values['table'] ?? 'main',
    type: from.type,
    dst: cidr(from.dst),
    via: values['via'],
    dev: values['dev'],
    src: values['src'],
    // busybox prints a metric of 2^31 and more as a negative number.
    metric: metric < 0 ? metric + 2 ** 32 : metric,
    protocol: values['proto'],
    scope: values['scope'],
    onlink: flags.includes('onlink'),
    mtu: values['mtu'] === undefined ? undefined : Number(values['mtu']),
    dead: flags.includes('dead'),
    text: from.text,
  });
}
