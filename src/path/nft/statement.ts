// Runs the statements of one nft rule, left to right, until one does not hold or gives a verdict.
import type { Json, NftRule, NftTable } from '../../facts/netfilter.js';
import { type JsonObject, isObject } from '../../facts/read/nft-object.js';
import { type Act, type ChainRule, type Flow, NEXT, type Sight, type Truth, decide } from '../chain.js';
import type { Fork } from '../fork.js';
import type { Frame } from '../packet.js';
import { doubtOn } from '../question.js';
import { compare } from './compare.js';
import { type Env, evaluate } from './expression.js';
import { mangle, nat, rejection } from './effect.js';
import { elementsOf, findElement, textOf } from './value.js';

/** The packet in the middle of a rule. */
export interface Running {
  readonly frame: Frame;
  readonly fork: Fork;
  /** Absent while the rule goes on. */
  readonly flow?: Flow;
  /** A statement did not hold: the next rule is tried. */
  readonly failed?: true;
}

export function nftRule(table: NftTable, rule: NftRule): ChainRule {
  const name = `${table.family} ${table.name} ${rule.chain} ${rule.handle}`;
  const statements = rule.statements.filter((statement) => !isIdle(statement));
  return {
    get text() {
      return rule.text;
    },
    act: (frame, fork, sight) => act({ table, statements, name, sight }, { frame, fork }),
  };
}

// They count, log and remember, or bear on how fast a packet travels: nothing that decides where it goes.
const IDLE = new Set([
  'counter',
  'log',
  'comment',
  'set',
  'add',
  'update',
  'last',
  'flow',
  'dup',
  'ct helper',
  'ct timeout',
  'secmark',
  'ct count',
]);

function isIdle(statement: Json): boolean {
  const kind = isObject(statement) ? Object.keys(statement)[0] : undefined;
  return kind !== undefined && IDLE.has(kind) && kind !== 'ct count';
}

interface Rule {
  readonly table: NftTable;
  readonly statements: readonly Json[];
  readonly name: string;
  readonly sight: Sight;
}

function act(rule: Rule, start: Running): readonly Act[] | undefined {
  let running: readonly Running[] = [start];
  for (const [at, statement] of rule.statements.entries()) {
    running = running.flatMap((each) => (each.flow || each.failed ? [each] : step(rule, { each, statement, at })));
    if (running.every(({ failed }) => failed)) break;
  }
  const [only] = running;
  if (running.length === 1 && only?.failed && only.frame === start.frame) return undefined;
  return running.map(({ frame, fork, flow, failed }) => ({
    frame,
    fork,
    flow: flow ?? NEXT,
    matched: failed !== true,
  }));
}

interface Stepping {
  readonly each: Running;
  readonly statement: Json;
  readonly at: number;
}

function step(rule: Rule, { each, statement, at }: Stepping): readonly Running[] {
  const { frame, fork } = each;
  const env: Env = {
    table: rule.table,
    frame,
    fork,
    sight: rule.sight,
    rule: `${rule.sight.netns.id} ${rule.name} ${at}`,
  };
  if (typeof statement === 'string') return [flowing(each, verdictOf(statement, null))];
  if (!isObject(statement)) return [unknown(each, `nft statement ${JSON.stringify(statement)}`)];
  const [kind = '', body = null] = Object.entries(statement)[0] ?? [];
  switch (kind) {
    case 'match':
      return isObject(body)
        ? compare(body, env).flatMap(({ truth, fork: then }) => branch({ frame, fork: then }, truth, env))
        : [];
    case 'vmap':
      return isObject(body) ? verdictMap(body, env) : [];
    case 'mangle':
      return isObject(body) ? mangle(body, env) : [];
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
      return nat(kind, body, env);
    case 'reject':
      return isResetOfOther(body, frame) ? [{ ...each, failed: true }] : [flowing(each, rejection(body))];
    case 'limit':
    case 'quota':
    case 'ct count':
      return branch(each, { doubt: `nft ${kind} ${JSON.stringify(body)} of ${rule.name}` }, env);
    case 'notrack':
      return [frame.conn ? each : { ...each, frame: { ...frame, state: 'UNTRACKED' } }];
    default:
      return [flowing(each, verdictOf(kind, body))];
  }
}

/** nft writes `meta l4proto tcp` before a reset where the rule lacks it, and leaves it out again when it lists the rule. */
const isResetOfOther = (body: Json, { protocol }: Frame): boolean =>
  isObject(body) && body['type'] === 'tcp reset' && protocol !== 'tcp';

const flowing = (each: Running, flow: Flow | undefined): Running => (flow ? { ...each, flow } : each);
const unknown = (each: Running, why: string): Running => ({ ...each, flow: { kind: 'unknown', why } });

function branch(each: Running, truth: Truth, env: Env): readonly Running[] {
  const question =
    typeof truth === 'object' && 'doubt' in truth && !truth.doubt.startsWith('nft limit')
      ? doubtOn(each.frame, env.sight, truth.doubt)
      : env.rule;
  const { yes, no } = decide(truth, each.fork, question);
  return [...(yes ? [{ ...each, fork: yes }] : []), ...(no ? [{ ...each, fork: no, failed: true as const }] : [])];
}

/** Undefined: `continue`, the rule goes on. */
export function verdictOf(kind: string, body: Json): Flow | undefined {
  switch (kind) {
    case 'accept':
      return { kind: 'accept' };
    case 'drop':
      return { kind: 'drop' };
    case 'return':
      return { kind: 'return' };
    case 'continue':
      return undefined;
    case 'jump':
    case 'goto':
      return { kind: 'jump', chain: isObject(body) ? textOf(body['target']) : textOf(body), goto: kind === 'goto' };
    default:
      // A queue to userspace, a proxy, a match of iptables without its parameters, or something newer than this.
      return { kind: 'unknown', why: `nft statement ${kind} ${JSON.stringify(body)}` };
  }
}

function verdictMap({ key = null, data = null }: JsonObject, env: Env): readonly Running[] {
  const { frame } = env;
  const elements = elementsOf(data, env.table.sets);
  if (!elements) return [unknown({ frame, fork: env.fork }, `the elements of nft map ${textOf(data)}`)];
  const evaluated = evaluate(key, env);
  if (evaluated.kind === 'missing') return [{ frame, fork: env.fork, failed: true }];
  if (evaluated.kind === 'doubt') return [unknown({ frame, fork: env.fork }, evaluated.why)];
  return evaluated.values.map(({ value, fork }): Running => {
    const verdict = findElement(elements, value)?.data;
    if (verdict === undefined) return { frame, fork, failed: true };
    const [kind = '', body = null] = isObject(verdict) ? (Object.entries(verdict)[0] ?? []) : [textOf(verdict)];
    const flow = verdictOf(kind, body);
    return flow ? { frame, fork, flow } : { frame, fork };
  });
}
