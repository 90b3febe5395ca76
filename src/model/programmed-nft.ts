import { Unanswerable } from '../facts/fact.js';
import type { Json, Netfilter, NftChain, NftTable } from '../facts/netfilter.js';
import { at, list } from '../facts/read/untyped.js';
import type { Backend, Found, Wanted } from './programmed.js';

const LIST = 'nft list table ip kube-proxy';
const HOOK = { PREROUTING: 'nat-prerouting', OUTPUT: 'nat-output' } as const;

export function foundInNft({ nft, unread }: Netfilter, wanted: Wanted): Found {
  const table = nft.find(({ family, name }) => family === 'ip' && name === 'kube-proxy');
  const jumps = `${HOOK[wanted.hook]} to services`;
  if (!table) return unread.length > 0 ? unseen(unread) : { by: 'kube-proxy', jump: false, jumps, command: LIST };
  const { address, dport, port, nodePort } = wanted;
  const protocol = port.protocol.toLowerCase();
  const key = JSON.stringify(nodePort ? [protocol, dport] : [address, protocol, dport]);
  const entry = element(table, nodePort ? 'service-nodeports' : 'service-ips', key);
  const refusal = element(table, nodePort ? 'no-endpoint-nodeports' : 'no-endpoint-services', key);
  const chain = entry && gotoOf(entry.data);
  const backends = chain === undefined ? undefined : backendsOf(table, chain);
  return {
    jump: jumpsTo(table.chains.get(HOOK[wanted.hook]), 'services'),
    ...(entry ? { entry: `${entry.key} : goto ${chain ?? '?'}` } : {}),
    ...(refusal ? { refusal: `${refusal.key} in a map of Services without endpoints` } : {}),
    ...(backends ? { backends } : {}),
    by: 'kube-proxy',
    jumps,
    command: LIST,
  };
}

function unseen(tables: readonly string[]): never {
  throw new Unanswerable([{ kind: 'unreadable', detail: `nft tables could not be read: ${tables.join(', ')}` }]);
}

function element(table: NftTable, map: string, wanted: string): { key: string; data: Json | undefined } | undefined {
  for (const { key, data } of table.sets.get(map)?.elements ?? []) {
    const parts = list(at(key, 'concat'));
    if (JSON.stringify(parts) === wanted) return { key: parts.join(' . '), data };
  }
  return undefined;
}

const gotoOf = (verdict: Json | undefined): string | undefined => {
  const target = at(verdict, 'goto', 'target') ?? at(verdict, 'jump', 'target');
  return typeof target === 'string' ? target : undefined;
};

const jumpsTo = (chain: NftChain | undefined, to: string): boolean =>
  chain?.rules.some(({ statements }) => statements.some((each) => at(each, 'jump', 'target') === to)) ?? false;

/** An `external-` chain goes on to the `service-` one; each endpoint has a chain of its own up to 1.35. */
function backendsOf(table: NftTable, name: string, depth = 0): readonly Backend[] | undefined {
  const chain = table.chains.get(name);
  if (!chain || depth > 3) return undefined;
  const direct = chain.rules.flatMap(({ statements, text }) =>
    statements.flatMap((each) => destinations(at(each, 'dnat')).map((to) => ({ to, text }))),
  );
  const onward = chain.rules.flatMap(({ statements }) => statements.flatMap(gotosIn));
  const further = [...new Set(onward)].flatMap((next) => backendsOf(table, next, depth + 1) ?? []);
  return [...new Map([...direct, ...further].map((backend) => [backend.to, backend])).values()];
}

/** `dnat to IP:PORT`, or by a map whose values are address and port in one. */
function destinations(dnat: unknown): readonly string[] {
  const address = at(dnat, 'addr');
  if (typeof address === 'string') return [`${address}:${String(at(dnat, 'port'))}`];
  const pairs = list(at(address, 'map', 'data', 'set'));
  return pairs.flatMap((pair) => {
    const parts = list(at(list(pair)[1], 'concat'));
    return parts.length === 2 ? [`${String(parts[0])}:${String(parts[1])}`] : [];
  });
}

function gotosIn(statement: Json): readonly string[] {
  const one = gotoOf(statement);
  const many = list(at(statement, 'vmap', 'data', 'set')).flatMap((pair) => gotoOf(list(pair)[1] as Json) ?? []);
  return [...(one === undefined ? [] : [one]), ...many].filter((name) => /^(service|local|endpoint)-/.test(name));
}
