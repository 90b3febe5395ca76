// /proc/net/route for the main table, and fib_trie for what it leaves out.
import { isUnreadable, type Unreadable } from '../fact.js';
import type { Route } from '../network.js';
import { notRead, readLines } from './answered.js';
import { frameOf, frames } from './frames.js';
import { readFibTrie, type TrieRoute } from './fib-trie.js';
import { routeType } from './ip-route-json.js';
import { present } from './tool-json.js';
import { split } from './words.js';

/** RTF_* of include/uapi/linux/route.h. */
const GATEWAY = 0x2;
const REJECT = 0x200;

export function readProcRoute(text: string): readonly Route[] | Unreadable {
  const all = frames(text);
  const main = readMain(all[0]?.text ?? '');
  if (isUnreadable(main)) return main;
  const seen = new Set(main.map((route) => route.dst));
  const rest = readFibTrie(frameOf(all, 'fib_trie')).filter((each) => each.table !== 'main' || !seen.has(each.dst));
  return [...main, ...rest.flatMap(unled)];
}

/** The lines of /proc/net/route; of a multipath route the kernel prints the first hop only. */
export const readMain = (text: string): readonly Route[] | Unreadable =>
  readLines(text, (line) => (line.startsWith('Iface') ? undefined : readLine(line)));

function readLine(line: string): Route | Unreadable {
  const [dev = '', dst = '', gateway = '', flagsText = '', , , metricText = '', mask] = split(line);
  if (mask === undefined || !/^[0-9A-F]{8}$/.test(dst)) return notRead('/proc/net/route', line);
  const flags = Number.parseInt(flagsText, 16);
  const metric = Number(metricText);
  const nowhere = dev === '*';
  // REJECT stands for unreachable and prohibit; without it a route to nowhere is a blackhole.
  const type = flags & REJECT ? 'unreachable' : nowhere ? 'blackhole' : 'unicast';
  const via = flags & GATEWAY ? address(gateway) : undefined;
  const to = `${address(dst)}/${ones(mask)}`;
  return present<Route>({
    table: 'main',
    type,
    dst: to,
    via,
    dev: nowhere ? undefined : dev,
    metric: metric < 0 ? metric + 2 ** 32 : metric,
    onlink: false,
    dead: false,
    text: [
      type === 'unicast' ? '' : type,
      to,
      via && `via ${via}`,
      nowhere ? '' : `dev ${dev}`,
      metric ? `metric ${metric}` : '',
    ]
      .filter(Boolean)
      .join(' '),
  });
}

/** Where it leads is not told: a unicast route without device or hops is one nobody can follow. */
function unled({ table, dst, scope, type }: TrieRoute): readonly Route[] {
  const known = routeType(type);
  if (known === undefined) return [];
  const text = [known === 'unicast' ? '' : known, dst, `table ${table}`, `scope ${scope}`].filter(Boolean).join(' ');
  return [{ table, type: known, dst, metric: 0, scope, onlink: false, dead: false, text }];
}

/** Four bytes as the CPU holds them: little-endian on every machine Kubernetes supports but s390x. */
export const address = (hex: string): string =>
  (hex.match(/../g) ?? [])
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');

const ones = (hex: string): number => Number.parseInt(hex, 16).toString(2).replaceAll('0', '').length;
