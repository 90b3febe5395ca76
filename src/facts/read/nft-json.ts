// Reads `nft -j list table`: native tables only, since rules of iptables-nft stand there without their parameters.
import { type Unreadable, unreadable } from '../fact.js';
import type { Json, NftChain, NftRule, NftSet, NftTable } from '../netfilter.js';
import { type JsonObject, isObject } from './nft-object.js';
import { namedKey, namedStatement } from './nft-protocol.js';
import { ruleText } from './nft-text.js';

interface OpenTable {
  readonly family: string;
  readonly name: string;
  readonly chains: Map<string, Omit<NftChain, 'rules'> & { rules: NftRule[] }>;
  readonly sets: Map<string, NftSet>;
}

const word = (value: Json | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
const list = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

export function readNftJson(text: string): readonly NftTable[] | Unreadable {
  const tables = new Map<string, OpenTable>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    let parsed: Json;
    try {
      parsed = JSON.parse(line) as Json;
    } catch {
      return unreadable(`not JSON of nft: ${line.slice(0, 120)}`);
    }
    if (!isObject(parsed) || !Array.isArray(parsed['nftables']))
      return unreadable(`no nftables in: ${line.slice(0, 120)}`);
    for (const item of list(parsed['nftables'])) if (isObject(item)) take(tables, item);
  }
  return [...tables.values()];
}

function take(tables: Map<string, OpenTable>, item: JsonObject): void {
  const [kind = '', body] = Object.entries(item)[0] ?? [];
  if (!isObject(body) || kind === 'metainfo') return;
  const name = word(kind === 'table' ? body['name'] : body['table']);
  const table = tableOf(tables, word(body['family']), name);
  if (kind === 'chain') table.chains.set(word(body['name']), readChain(body));
  if (kind === 'rule') table.chains.get(word(body['chain']))?.rules.push(readRule(body));
  if (kind === 'set' || kind === 'map') table.sets.set(word(body['name']), readSet(body, kind === 'map'));
}

function tableOf(tables: Map<string, OpenTable>, family: string, name: string): OpenTable {
  const key = `${family} ${name}`;
  const table = tables.get(key) ?? { family, name, chains: new Map(), sets: new Map() };
  tables.set(key, table);
  return table;
}

function readChain(body: JsonObject): Omit<NftChain, 'rules'> & { rules: NftRule[] } {
  const chain = { name: word(body['name']), rules: [] };
  const { hook, type, prio, policy } = body;
  if (typeof hook !== 'string') return chain;
  return {
    ...chain,
    base: { type: word(type), hook, priority: Number(prio), policy: policy === 'drop' ? 'drop' : 'accept' },
  };
}

function readRule(body: JsonObject): NftRule {
  const statements = list(body['expr']).map(namedStatement);
  const comment = body['comment'];
  return {
    chain: word(body['chain']),
    handle: Number(body['handle']),
    statements,
    ...(typeof comment === 'string' ? { comment } : {}),
    // Put into words when somebody wants to read it: of 55,000 rules few are.
    get text() {
      const place = ['family', 'table', 'chain'].map((name) => word(body[name])).join(' ');
      return `${place} handle ${word(body['handle'])}: ${ruleText(statements)}`;
    },
  };
}

function readSet(body: JsonObject, map: boolean): NftSet {
  return {
    name: word(body['name']),
    type: body['type'] ?? null,
    map,
    flags: list(body['flags']).map(word),
    elements: list(body['elem']).map((item) => {
      const element = readElement(item, map);
      return { ...element, key: namedKey(element.key, body['type'] ?? null) };
    }),
  };
}

/** A comment, timeout or counter wraps an element in `{elem: {val, …}}`. */
function readElement(item: Json, map: boolean): NftSet['elements'][number] {
  const [wrapped, data] = map && Array.isArray(item) ? [item[0] ?? null, item[1]] : [item, undefined];
  const elem = isObject(wrapped) ? wrapped['elem'] : undefined;
  const key = isObject(elem) ? (elem['val'] ?? null) : (wrapped as Json);
  const comment = isObject(elem) ? elem['comment'] : undefined;
  return {
    key,
    ...(data === undefined ? {} : { data: data as Json }),
    ...(typeof comment === 'string' ? { comment } : {}),
  };
}
