// cilium-dbg's dumps of its maps, as JSON of version 1.16: keys and values are texts that its tables print too.
import type {
  CiliumBackend,
  CiliumEndpoint,
  CiliumIdentity,
  CiliumPolicyEntry,
  CiliumService,
  CiliumTracked,
} from '../ebpf.js';
import { isUnreadable, unreadable, type Unreadable } from '../fact.js';
import { notRead, readLines } from './answered.js';
import { isObject, numberOf, objectOf, objectsOf, parseJson, textOf, textsOf, type JsonObject } from './tool-json.js';

/** `{"KEY": ["VALUE", …]}`: the form of all dumps but the policies'. */
function readMap<T>(
  text: string,
  read: (key: string, values: readonly string[]) => T | undefined,
): readonly T[] | Unreadable {
  const parsed = parseJson(text, 'cilium-dbg');
  if (isUnreadable(parsed)) return parsed;
  if (!isObject(parsed)) return unreadable(`cilium-dbg printed no object: ${text.trim().slice(0, 160)}`);
  const found: T[] = [];
  for (const key of Object.keys(parsed)) {
    const one = read(key, textsOf(parsed, key));
    if (one === undefined)
      return unreadable(
        `cilium-dbg printed an entry we do not know: ${key} ${JSON.stringify(parsed[key])}`.slice(0, 200),
      );
    found.push(one);
  }
  return found;
}

interface Slot {
  readonly address: string;
  readonly port: number;
  readonly inside: boolean;
  readonly slot: number;
  readonly value: string;
}
/** `10.96.0.10:53 (1)`, with `/i` where connections from inside have backends of their own. */
const FRONTEND = /^\[?([0-9a-f.:]+?)\]?:(\d+)(\/i)? \((\d+)\)$/;
/** Slot 0: `0.0.0.0:0 (3) (0) [ClusterIP, non-routable]`. */
const HEAD = /^\S+ \(\d+\) \(0\) \[([^\]]*)\]/;
const BACKEND = /^\[?([0-9a-f.:]+?)\]?:(\d+) \(\d+\) \(\d+\)$/;
const MISSING = /^backend (\d+) not found$/;

export function readCiliumServices(text: string): ReadonlyMap<string, CiliumService> | Unreadable {
  const slots = readMap(text, (key, values): Slot | undefined => {
    const [, address, port, inside, slot] = FRONTEND.exec(key) ?? [];
    const [value] = values;
    if (address === undefined || value === undefined) return undefined;
    return { address, port: Number(port), inside: inside !== undefined, slot: Number(slot), value };
  });
  if (isUnreadable(slots)) return slots;
  const services = new Map<string, CiliumService>();
  for (const { address, port, inside, slot, value } of slots.toSorted((a, b) => a.slot - b.slot)) {
    const key = `${address}:${port}`;
    const service = services.get(key) ?? { address, port, flags: [], backends: [] };
    const [, flags] = HEAD.exec(value) ?? [];
    const backend = slot === 0 ? undefined : backendOf(value);
    if (slot === 0 ? flags === undefined : backend === undefined)
      return unreadable(`cilium-dbg printed a slot we do not know: ${value.slice(0, 160)}`);
    services.set(
      key,
      grown(service, { inside, ...(flags === undefined ? {} : { flags }), ...(backend ? { backend } : {}) }),
    );
  }
  return services;
}

function grown(
  service: CiliumService,
  { inside, flags, backend }: { readonly inside: boolean; readonly flags?: string; readonly backend?: CiliumBackend },
): CiliumService {
  const more = backend ? [backend] : [];
  const named =
    flags === undefined || inside ? service : { ...service, flags: flags.split(', ').filter((each) => each !== '') };
  return inside
    ? { ...named, inside: [...(named.inside ?? []), ...more] }
    : { ...named, backends: [...named.backends, ...more] };
}

function backendOf(text: string): CiliumBackend | undefined {
  const [, missing] = MISSING.exec(text) ?? [];
  if (missing !== undefined) return { missing: Number(missing), text };
  const [, address, port] = BACKEND.exec(text) ?? [];
  return address === undefined ? undefined : { address, port: Number(port), text };
}

const LOCAL = /^id=(\d+)\s+sec_id=(\d+)\s+flags=\S+\s+ifindex=(\d+)\s/;

export const readCiliumEndpoints = (text: string): readonly CiliumEndpoint[] | Unreadable =>
  readMap(text, (key, [value = '']) => {
    const ip = key.replace(/:0$/, '');
    const said = `${key} ${value}`;
    if (value === '(localhost)') return { ip, text: said };
    const [, id, identity, ifindex] = LOCAL.exec(value) ?? [];
    if (id === undefined) return undefined;
    return { ip, local: { id: Number(id), identity: Number(identity), ifindex: Number(ifindex) }, text: said };
  });

const PEER = /^identity=(\d+) encryptkey=\d+ tunnelendpoint=(\S+?), flags=(\S+)$/;

export const readCiliumIdentities = (text: string): readonly CiliumIdentity[] | Unreadable =>
  readMap(text, (cidr, [value = '']) => {
    const [, identity, tunnel, flags] = PEER.exec(value) ?? [];
    if (identity === undefined) return undefined;
    const isWrapped = tunnel !== undefined && tunnel !== '0.0.0.0' && flags !== 'skiptunnel';
    return { cidr, identity: Number(identity), ...(isWrapped ? { tunnel } : {}), text: `${cidr} ${value}` };
  });

/** sizeof(policy_key) without the prefix length itself, protocol and port: identity and direction must always match. */
const ALWAYS_BITS = 40;

/** `bpf policy get --all`: one object an endpoint. */
export function readCiliumPolicies(text: string): ReadonlyMap<number, readonly CiliumPolicyEntry[]> | Unreadable {
  if (text.trim() === 'no maps found') return new Map();
  const parsed = parseJson(text, 'cilium-dbg');
  if (isUnreadable(parsed)) return parsed;
  if (!Array.isArray(parsed)) return unreadable(`cilium-dbg printed no list: ${text.trim().slice(0, 160)}`);
  const policies = new Map<number, readonly CiliumPolicyEntry[]>();
  for (const map of parsed.filter(isObject)) {
    const id = Number(textOf(map, 'EndpointID'));
    const entries = objectsOf(map, 'Content').map(entryOf);
    const whole = entries.filter((entry) => entry !== undefined);
    if (!Number.isInteger(id) || whole.length !== entries.length)
      return unreadable(`cilium-dbg printed a policy we do not know: ${JSON.stringify(map).slice(0, 160)}`);
    policies.set(id, whole);
  }
  return policies;
}

function entryOf(entry: JsonObject): CiliumPolicyEntry | undefined {
  const key = objectOf(entry, 'Key');
  const at = (name: string): number | undefined => (key ? numberOf(key, name) : undefined);
  const [bits, identity, way, protocol, port] = [
    'Prefixlen',
    'Identity',
    'TrafficDirection',
    'Nexthdr',
    'DestPortNetwork',
  ].map(at);
  const flags = numberOf(entry, 'Flags');
  const proxy = numberOf(entry, 'ProxyPortNetwork');
  if (bits === undefined || identity === undefined || protocol === undefined || port === undefined) return undefined;
  if (flags === undefined || proxy === undefined) return undefined;
  const read = {
    direction: way === 0 ? ('ingress' as const) : ('egress' as const),
    identity,
    protocol,
    port: swapped(port),
    prefix: bits - ALWAYS_BITS,
    denies: (flags & 1) === 1,
    proxyPort: swapped(proxy),
  };
  return { ...read, text: entryText(read) };
}

/** Ports stand in network order in a number that was read in the machine's. */
const swapped = (port: number): number => ((port & 0xff) << 8) | (port >> 8);

function entryText({ direction, identity, protocol, port, prefix, denies }: Omit<CiliumPolicyEntry, 'text'>): string {
  const what = prefix === 0 ? 'any port' : `protocol ${protocol} ${prefix === 8 ? 'any port' : `port ${port}`}`;
  return `${denies ? 'Deny' : 'Allow'} ${direction} identity ${identity === 0 ? 'ANY' : identity} ${what}`;
}

/** `TCP OUT 10.0.2.4:37416 -> 10.0.1.5:8080 expires=… LastRxReport=0 TxFlagsSeen=0x02 LastTxReport=17890 Flags=…`. */
const TRACKED = /^\w+ (IN|OUT) \S+:(\d+) -> \S+ expires=(\d+) .*LastRxReport=(\d+) .*LastTxReport=(\d+) /;

/**
 * `bpf ct list`, a line a connection. Rx is what came to the pod of this node and Tx what it sent, whoever began
 * (__ct_update_timeout, bpf/lib/conntrack.h); the time of the last report is 0 until the first packet that way.
 */
export const readCiliumTracked = (text: string): readonly CiliumTracked[] | Unreadable =>
  readLines(text, (line) => {
    const [, way, port, expires, rx, tx] = TRACKED.exec(line) ?? [];
    if (way === undefined) return notRead('cilium-dbg', line);
    const answered = (way === 'IN' ? tx : rx) !== '0';
    return { sourcePort: Number(port), expires: Number(expires), answered, text: line.trim() };
  });
