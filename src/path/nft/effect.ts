// Statements of nft that change a packet: marks, translation, refusal.
import type { Json } from '../../facts/netfilter.js';
import { type JsonObject, isObject } from '../../facts/read/nft-object.js';
import { ACCEPT, type Flow } from '../chain.js';
import { settle } from '../conntrack.js';
import { ipNumber } from '../../facts/ip.js';
import type { Frame } from '../packet.js';
import type { Refusal } from '../prediction.js';
import { type SourcePorts, sourcePort } from '../source-port.js';
import { addressless, masqueradeAddress } from '../source.js';
import { primaryAddress } from '../world.js';
import { type Env, type Evaluated, asNumber, evaluate, withEach } from './expression.js';
import type { Running } from './statement.js';
import { type Value, isList, textOf } from './value.js';

/** `meta mark set`, `ct mark set`. Other fields are rewritten too, but then nobody here knows what follows. */
export function mangle({ key = null, value = null }: JsonObject, env: Env): readonly Running[] {
  const { frame } = env;
  const [meta, ct] = isObject(key) ? [key['meta'], key['ct']] : [];
  const field = isObject(meta) ? `meta ${textOf(meta['key'])}` : isObject(ct) ? `ct ${textOf(ct['key'])}` : '';
  if (field === 'meta nftrace' || field === 'meta priority' || field === 'meta pkttype')
    return [{ frame, fork: env.fork }];
  if (field !== 'meta mark' && field !== 'ct mark') return [open(env, `nft sets ${JSON.stringify(key)}`)];
  return spread(evaluate(value, env), env, (to) => {
    const mark = asNumber(to);
    if (mark === undefined) return { frame, flow: { kind: 'unknown', why: `nft mark ${String(to)}` } };
    if (field === 'meta mark') return { frame: { ...frame, mark: mark >>> 0 } };
    return { frame: frame.conn ? { ...frame, conn: { ...frame.conn, mark: mark >>> 0 } } : frame };
  });
}

interface Changed {
  readonly frame: Frame;
  readonly flow?: Flow;
}

const open = ({ frame, fork }: Env, why: string): Running => ({ frame, fork, flow: { kind: 'unknown', why } });

function spread(evaluated: Evaluated, env: Env, change: (value: Value) => Changed): readonly Running[] {
  if (evaluated.kind === 'missing') return [{ frame: env.frame, fork: env.fork, failed: true }];
  if (evaluated.kind === 'doubt') return [open(env, evaluated.why)];
  return evaluated.values.map(({ value, fork }) => ({ ...change(value), fork }));
}

export function nat(kind: string, body: Json, env: Env): readonly Running[] {
  const { frame, fork, sight } = env;
  const options = isObject(body) ? body : {};
  if (kind === 'masquerade') {
    const ip =
      sight.oif === undefined ? undefined : masqueradeAddress(sight.netns, sight.oif, sight.nexthop ?? frame.dst);
    if (ip === undefined) return [{ frame, fork, flow: addressless(sight.netns, sight.oif) }];
    return [
      { frame: settle(frame, 'src', { src: ip, sport: sourcePort(portsOf(options), frame) }), fork, flow: ACCEPT },
    ];
  }
  if (kind === 'redirect') {
    const ip = sight.hook === 'output' ? '127.0.0.1' : primaryAddress(sight.netns, sight.iif ?? '');
    if (ip === undefined) return [{ frame, fork, flow: addressless(sight.netns, sight.iif) }];
    return settled('dnat', [ip, options['port']], env);
  }
  return kind === 'snat' ? source(options, env) : settled(kind, [options['addr'], options['port']], env);
}

/** Ports of a range or at random are the kernel's choice; an address alone keeps the port or names one. */
function source(options: JsonObject, env: Env): readonly Running[] {
  const ports = portsOf(options);
  if (!ports.random && !ports.range) return settled('snat', [options['addr'], options['port']], env);
  return settled('snat', [options['addr'], sourcePort(ports, env.frame)], env);
}

function portsOf({ flags = null, port = null }: JsonObject): SourcePorts {
  const names = isList(flags) ? (flags as readonly Json[]).map(textOf) : [textOf(flags)];
  const random = names.includes('random') || names.includes('fully-random');
  const [low, high] = isObject(port) && isList(port['range']) ? (port['range'] as readonly Json[]) : [port, port];
  return typeof low === 'number' && typeof high === 'number' ? { random, range: [low, high] } : { random };
}

/** A concatenated map gives address and port at once; otherwise each has its own expression, or none. */
function settled(kind: string, [address, port]: readonly (Json | undefined)[], env: Env): readonly Running[] {
  const { frame } = env;
  if (isRange(address) || isRange(port))
    return [open(env, `which of ${JSON.stringify(address)} the translation chooses`)];
  const ends: Evaluated = withEach(part(address, env), (to, fork) =>
    withEach(part(port, { ...env, fork }), (number, then) => ({
      kind: 'values',
      values: [{ value: [to, number], fork: then }],
    })),
  );
  return spread(ends, env, (value) => {
    const [to = false, number = false] = isList(value) ? (value as readonly Value[]) : [];
    const [ip, from] = isList(to) ? (to as readonly Value[]) : [to, number];
    const given = { ...(isAddress(ip) ? { ip } : {}), ...(typeof from === 'number' ? { port: from } : {}) };
    if (given.ip === undefined && ip !== false)
      return { frame, flow: { kind: 'unknown', why: `nft ${kind} to ${String(ip)}` } };
    return { frame: mapped(kind, frame, given), flow: ACCEPT };
  });
}

const isAddress = (value: Value | undefined): value is string =>
  typeof value === 'string' && ipNumber(value) !== undefined;
const isRange = (value: Json | undefined): boolean => isObject(value) && 'range' in value;
const part = (expr: Json | undefined, env: Env): Evaluated =>
  expr === undefined ? { kind: 'values', values: [{ value: false, fork: env.fork }] } : evaluate(expr, env);

function mapped(kind: string, frame: Frame, { ip, port }: { readonly ip?: string; readonly port?: number }): Frame {
  if (kind === 'dnat') {
    return settle(frame, 'dst', {
      ...(ip === undefined ? {} : { dst: ip }),
      ...(port === undefined ? {} : { dport: port }),
    });
  }
  return settle(frame, 'src', {
    ...(ip === undefined ? {} : { src: ip }),
    ...(port === undefined ? {} : { sport: port }),
  });
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'net-unreachable': 'icmp-net-unreachable',
  'no-route': 'icmp-net-unreachable',
  'host-unreachable': 'icmp-host-unreachable',
  'prot-unreachable': 'icmp-proto-unreachable',
  'port-unreachable': 'icmp-port-unreachable',
  'net-prohibited': 'icmp-net-prohibited',
  'host-prohibited': 'icmp-host-prohibited',
  'admin-prohibited': 'icmp-admin-prohibited',
};

export function rejection(body: Json): Flow {
  const options = isObject(body) ? body : {};
  if (textOf(options['type']) === 'tcp reset') return { kind: 'reject', how: 'rst' };
  const how = REFUSALS[textOf(options['expr']) || 'port-unreachable'];
  return how ? { kind: 'reject', how } : { kind: 'unknown', why: `nft reject ${JSON.stringify(body)}` };
}
