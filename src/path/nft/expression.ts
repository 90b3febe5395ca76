// Evaluates nft expressions. Dice give several values; what cannot be known is a doubt, never a guess.
import type { Json, NftTable } from '../../facts/netfilter.js';
import { type JsonObject, isObject } from '../../facts/read/nft-object.js';
import type { Sight } from '../chain.js';
import { type Fork, chanced } from '../fork.js';
import { ipNumber, ipText } from '../../facts/ip.js';
import type { Frame } from '../packet.js';
import { conntrackValue, fibValue, metaValue, payloadValue } from './selector.js';
import { type Value, elementsOf, findElement, isList, numberOf, textOf } from './value.js';

export interface Env {
  readonly table: NftTable;
  readonly frame: Frame;
  readonly fork: Fork;
  readonly sight: Sight;
  /** Names the rule, so that two rules roll two dice. */
  readonly rule: string;
}

export type Evaluated =
  | { readonly kind: 'values'; readonly values: readonly { readonly value: Value; readonly fork: Fork }[] }
  /** The packet has no such field, or a map no such key: the rule ends here. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'doubt'; readonly why: string };

export const MISSING: Evaluated = { kind: 'missing' };
export const doubt = (why: string): Evaluated => ({ kind: 'doubt', why });
const one = (env: Env, value: Value): Evaluated => ({ kind: 'values', values: [{ value, fork: env.fork }] });
const selected = (env: Env, value: Value | undefined | { readonly doubt: string }): Evaluated => {
  if (value === undefined) return MISSING;
  return typeof value === 'object' && 'doubt' in value ? doubt(value.doubt) : one(env, value);
};

export function evaluate(expr: Json, env: Env): Evaluated {
  if (typeof expr === 'string' || typeof expr === 'number') return one(env, expr);
  if (typeof expr === 'boolean') return one(env, expr ? 1 : false);
  // Several flags of TCP, as the mask of `tcp flags & (syn | ack)`.
  if (isList(expr)) return one(env, flagBits((expr as readonly Json[]).map(textOf)));
  if (!isObject(expr)) return doubt(`nft expression ${JSON.stringify(expr)}`);
  const [kind = '', body = null] = Object.entries(expr)[0] ?? [];
  switch (kind) {
    case 'payload':
      return selected(env, payloadValue(body, env.frame));
    case 'meta':
      return selected(env, metaValue(body, env));
    case 'ct':
      return selected(env, conntrackValue(body, env.frame));
    case 'fib':
      return selected(env, fibValue(body, env));
    case 'concat':
      return concat(isList(body) ? body : [], env);
    case 'map':
      return isObject(body) ? mapped(body, env) : MISSING;
    case 'numgen':
    case 'jhash':
    case 'symhash':
      return isObject(body) ? dice(body, env) : MISSING;
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return combine(kind, isList(body) ? body : [], env);
    case 'elem':
      return isObject(body) ? evaluate(body['val'] ?? null, env) : MISSING;
    default:
      return doubt(`nft expression ${JSON.stringify(expr)}`);
  }
}

/** Goes on with every value an expression may have. */
export function withEach(evaluated: Evaluated, next: (value: Value, fork: Fork) => Evaluated): Evaluated {
  if (evaluated.kind !== 'values') return evaluated;
  const values: { value: Value; fork: Fork }[] = [];
  for (const { value, fork } of evaluated.values) {
    const then = next(value, fork);
    if (then.kind === 'doubt') return then;
    // One value of several without an entry would end the rule for some packets only.
    if (then.kind === 'missing') {
      if (evaluated.values.length === 1) return MISSING;
      return doubt('a map that has no entry for some of the values it may be asked for');
    }
    values.push(...then.values);
  }
  return { kind: 'values', values };
}

function concat(parts: readonly Json[], env: Env): Evaluated {
  let sofar: Evaluated = { kind: 'values', values: [{ value: [], fork: env.fork }] };
  for (const part of parts) {
    sofar = withEach(sofar, (list, fork) =>
      withEach(evaluate(part, { ...env, fork }), (value, then) => ({
        kind: 'values',
        values: [{ value: [...(list as readonly Value[]), value], fork: then }],
      })),
    );
  }
  return sofar;
}

function mapped({ key = null, data = null }: JsonObject, env: Env): Evaluated {
  const elements = elementsOf(data, env.table.sets);
  if (!elements) return doubt(`the elements of nft map ${textOf(data)}`);
  return withEach(evaluate(key, env), (value, fork) => {
    const found = findElement(elements, value);
    return found?.data === undefined ? MISSING : evaluate(found.data, { ...env, fork });
  });
}

/** Random and hashed numbers alike: which one a packet gets cannot be told, only how many there are. */
function dice(body: JsonObject, env: Env): Evaluated {
  const modulus = numberOf(body['mod']);
  const offset = typeof body['offset'] === 'number' ? body['offset'] : 0;
  if (!(modulus >= 1) || modulus > 4096) return doubt(`a number out of ${modulus}`);
  const values = Array.from({ length: modulus }, (_, at) => ({
    value: at + offset,
    fork: modulus === 1 ? env.fork : chanced(env.fork, 1 / modulus, `${env.rule} ${at}`),
  }));
  return { kind: 'values', values };
}

const OPERATIONS: Readonly<Record<string, (left: number, right: number) => number>> = {
  '&': (left, right) => left & right,
  '|': (left, right) => left | right,
  '^': (left, right) => left ^ right,
  '<<': (left, right) => left << right,
  '>>': (left, right) => left >>> right,
};

function combine(kind: string, [first = null, ...others]: readonly Json[], env: Env): Evaluated {
  const operation = OPERATIONS[kind];
  if (!operation) return doubt(`nft operation ${kind}`);
  let sofar = evaluate(first, env);
  for (const other of others) {
    sofar = withEach(sofar, (left, fork) =>
      withEach(evaluate(other, { ...env, fork }), (right, then) => {
        const [from, by] = [asNumber(left), asNumber(right)];
        if (from === undefined || by === undefined) return doubt(`nft operation ${kind} on ${String(left)}`);
        const result = operation(from, by) >>> 0;
        const isAddress = typeof left === 'string' && ipNumber(left) !== undefined;
        return { kind: 'values', values: [{ value: isAddress ? ipText(result) : result, fork: then }] };
      }),
    );
  }
  return sofar;
}

const FLAGS: Readonly<Record<string, number>> = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 };
export const flagBits = (names: readonly string[]): number =>
  names.reduce((bits, name) => bits | (FLAGS[name.toLowerCase()] ?? 0), 0);

export function asNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  return FLAGS[value] ?? ipNumber(value);
}
