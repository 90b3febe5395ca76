// /proc/net/fib_trie: every IPv4 table with prefix, scope and type of its routes, but not where they lead.
import { split } from './words.js';

export interface TrieRoute {
  readonly table: string;
  readonly dst: string;
  readonly scope: string;
  readonly type: string;
}

export function readFibTrie(text: string): readonly TrieRoute[] {
  const routes = new Map<string, TrieRoute>();
  let table = '';
  let ip = '';
  for (const line of text.split('\n')) {
    const heading = /^(Main|Local|Id (\d+)):$/.exec(line);
    if (heading) table = heading[2] ?? (heading[1] ?? '').toLowerCase();
    const [first = '', second = '', third = ''] = split(line);
    if (first === '|--') ip = second;
    if (!/^\/\d+$/.test(first)) continue;
    const route = {
      table,
      dst: `${ip}${first}`,
      scope: second === 'universe' ? 'global' : second,
      type: third.toLowerCase(),
    };
    routes.set(JSON.stringify(route), route);
  }
  return ownTable([...routes.values()]);
}

/**
 * Until the first rule is added the kernel keeps main and local in one trie and prints it under both names. The types
 * tell them apart: addresses and broadcasts are of the local table, nothing else is.
 */
function ownTable(routes: readonly TrieRoute[]): readonly TrieRoute[] {
  const local = (route: TrieRoute): boolean => route.type === 'local' || route.type === 'broadcast';
  return routes.filter((route) => (route.table === 'main' ? !local(route) : route.table !== 'local' || local(route)));
}
