// The match statement of nft: left, operator, right.
import type { Json } from '../../facts/netfilter.js';
import { type JsonObject, isObject } from '../../facts/read/nft-object.js';
import type { Truth } from '../chain.js';
import type { Fork } from '../fork.js';
import { RANDOM_PORT, isDrawnFrom } from '../packet.js';
import { type Env, asNumber, evaluate } from './expression.js';
import { CHECKSUM, RANDOMLY } from './selector.js';
import { type Value, elementsOf, findElement, isList, matchesElement, textOf } from './value.js';

export interface Compared {
  readonly truth: Truth;
  readonly fork: Fork;
}

export function compare({ op = '==', left = null, right = null }: JsonObject, env: Env): readonly Compared[] {
  const evaluated = evaluate(left, env);
  // A field that the packet lacks ends the rule, whatever the operator: `!=` does not hold for it either.
  if (evaluated.kind === 'missing') return [{ truth: false, fork: env.fork }];
  if (evaluated.kind === 'doubt') return [{ truth: drawn(op, right, evaluated.why), fork: env.fork }];
  if (op !== 'in' && isStatus(left)) return [{ truth: wholeStatus(textOf(op), right), fork: env.fork }];
  if (evaluated.values.some(({ value }) => value === CHECKSUM))
    return [{ truth: { doubt: 'nft th dport of an ICMP error' }, fork: env.fork }];
  return evaluated.values.map(({ value, fork }) => ({ truth: holds(textOf(op), value, { right, env }), fork }));
}

const isStatus = (left: Json): boolean => isObject(left) && isObject(left['ct']) && left['ct']['key'] === 'status';

/** Of a port that was drawn at random, one number is hardly ever it. */
function drawn(op: Json, right: Json, why: string): Truth {
  const is =
    why === RANDOMLY && typeof right === 'number' ? isDrawnFrom(RANDOM_PORT, [{ low: right, high: right }]) : undefined;
  if (is === undefined || (op !== '==' && op !== '!=')) return { doubt: why };
  return is === (op === '==');
}

/** All its bits at once, and some are for what nat has done inside: those with a translation never stand alone
 * (nf_nat_setup_info), and of the others nothing here tells. */
function wholeStatus(op: string, right: Json): Truth {
  const isTranslated = names(right).some((name) => name === 'dnat' || name === 'snat');
  if (isTranslated && (op === '==' || op === '!=')) return op === '!=';
  return { doubt: 'all bits of nft ct status' };
}

interface Right {
  readonly right: Json;
  readonly env: Env;
}

function holds(op: string, value: Value, { right, env }: Right): Truth {
  if (op === 'in') return isList(value) ? anyOf(value, right) : isIn(value, right);
  const equal = equals(value, { right, env });
  switch (op) {
    case '==':
      return equal;
    case '!=':
      return typeof equal === 'boolean' ? !equal : equal;
    default:
      return ordered(op, value, { right, env });
  }
}

/** `ct status dnat`: one of the bits is set. */
const names = (right: Json): readonly string[] =>
  isList(right)
    ? (right as readonly Json[]).map(textOf)
    : isObject(right) && isList(right['set'])
      ? (right['set'] as readonly Json[]).map(textOf)
      : [textOf(right)];
const anyOf = (value: readonly Value[], right: Json): boolean => names(right).some((name) => value.includes(name));

function isIn(value: Value, right: Json): boolean {
  const bits = asNumber(value);
  const wanted = isList(right)
    ? (right as readonly Json[])
    : isObject(right) && isList(right['|'])
      ? (right['|'] as readonly Json[])
      : [right];
  return wanted.some((each) => {
    if (matchesElement(each, value)) return true;
    const bit = typeof each === 'string' || typeof each === 'number' ? asNumber(each) : undefined;
    return typeof value === 'number' && bits !== undefined && bit !== undefined && (bits & bit) !== 0;
  });
}

function equals(value: Value, { right, env }: Right): Truth {
  if (typeof right === 'string' && right.startsWith('@')) {
    const elements = elementsOf(right, env.table.sets);
    return elements
      ? findElement(elements, value) !== undefined
      : { doubt: `the elements of nft set ${right.slice(1)}` };
  }
  if (isList(right)) return isIn(value, right);
  // Bits of `ct status` and flags of TCP compare as numbers.
  const flags = flagsOf(right);
  if (flags !== undefined && typeof value === 'number') return flags === value;
  if (typeof value === 'number' && typeof right === 'string') return asNumber(right) === value;
  return matchesElement(right, value);
}

function flagsOf(right: Json): number | undefined {
  if (!isObject(right) || !isList(right['|'])) return undefined;
  return (right['|'] as readonly Json[]).reduce<number>(
    (bits, each) => bits | (typeof each === 'string' || typeof each === 'number' ? (asNumber(each) ?? 0) : 0),
    0,
  );
}

function ordered(op: string, value: Value, { right, env }: Right): Truth {
  const other = evaluate(right, env);
  const [from, to] = [asNumber(value), other.kind === 'values' ? asNumber(other.values[0]?.value ?? false) : undefined];
  if (from === undefined || to === undefined) return { doubt: `nft comparison ${op} ${JSON.stringify(right)}` };
  switch (op) {
    case '<':
      return from < to;
    case '>':
      return from > to;
    case '<=':
      return from <= to;
    case '>=':
      return from >= to;
    default:
      return { doubt: `nft comparison ${op}` };
  }
}
