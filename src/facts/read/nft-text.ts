// A rule of nft's JSON as nft itself would write it: what people know, and can paste. Whatever is not known here stays JSON.
import type { Json } from '../netfilter.js';
import { isObject } from './nft-object.js';

export const ruleText = (statements: readonly Json[]): string => statements.map(statementText).join(' ');

type Say = (body: Json) => string | undefined;

const fieldOf = (body: Json, name: string): Json => (isObject(body) ? (body[name] ?? null) : null);
const has = (body: Json, name: string): boolean => fieldOf(body, name) !== null;
const items = (body: Json): readonly Json[] => (Array.isArray(body) ? (body as readonly Json[]) : [body]);
const texts = (body: Json, between: string): string => items(body).map(valueText).join(between);

function said(json: Json, words: Readonly<Record<string, Say>>): string | undefined {
  const [[kind = '', body = null] = [], ...more] = isObject(json) ? Object.entries(json) : [];
  return more.length === 0 ? words[kind]?.(body) : undefined;
}

const statementText = (statement: Json): string => said(statement, STATEMENTS) ?? valueText(statement);
const valueText = (value: Json): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : (said(value, VALUES) ?? othersText(value));
const othersText = (value: Json): string => (Array.isArray(value) ? texts(value, ',') : JSON.stringify(value));

/** `dnat to 10.0.0.1:80`, each part where it is there. */
const towards =
  (verb: string): Say =>
  (body) => {
    const [addr, port, flags] = ['addr', 'port', 'flags'].map((name) => fieldOf(body, name));
    const to = [addr, port]
      .filter((each) => each !== null && each !== undefined)
      .map((each) => valueText(each ?? null));
    const place = to.length === 0 ? '' : ` to ${has(body, 'addr') ? '' : ':'}${to.join(':')}`;
    return `${verb}${place}${flags === null || flags === undefined ? '' : ` ${texts(flags, ',')}`}`;
  };

const bare =
  (word: string): Say =>
  () =>
    word;
const target =
  (verb: string): Say =>
  (body) =>
    `${verb} ${valueText(has(body, 'target') ? fieldOf(body, 'target') : body)}`;

/** Bits of marks are read in hexadecimal. */
const marks = (text: string): string =>
  / mark /.test(text)
    ? text.replaceAll(/\b\d+\b/g, (digits) => `0x${Number(digits).toString(16).padStart(8, '0')}`)
    : text;

const VERDICTS: Readonly<Record<string, Say>> = {
  accept: bare('accept'),
  drop: bare('drop'),
  return: bare('return'),
  continue: bare('continue'),
  jump: target('jump'),
  goto: target('goto'),
};

const STATEMENTS: Readonly<Record<string, Say>> = {
  ...VERDICTS,
  match(body) {
    const op = valueText(fieldOf(body, 'op'));
    const [left, right] = [fieldOf(body, 'left'), fieldOf(body, 'right')];
    const isBits = isObject(left) && '&' in left;
    const sign = (op === '==' && !isBits) || op === 'in' ? '' : `${op} `;
    const value = typeof right === 'boolean' ? (right ? 'exists' : 'missing') : valueText(right);
    return marks(`${valueText(left)} ${sign}${value}`);
  },
  // What it has counted is another number at every look.
  counter: bare('counter'),
  notrack: bare('notrack'),
  reject(body) {
    const [type, expr] = [fieldOf(body, 'type'), fieldOf(body, 'expr')];
    return type === null ? 'reject' : `reject with ${valueText(type)}${expr === null ? '' : ` ${valueText(expr)}`}`;
  },
  dnat: towards('dnat'),
  snat: towards('snat'),
  masquerade: towards('masquerade'),
  redirect: towards('redirect'),
  mangle: (body) => marks(`${valueText(fieldOf(body, 'key'))} set ${valueText(fieldOf(body, 'value'))}`),
  limit: (body) => `limit rate ${valueText(fieldOf(body, 'rate'))}/${valueText(fieldOf(body, 'per'))}`,
  vmap: (body) => `${valueText(fieldOf(body, 'key'))} vmap ${valueText(fieldOf(body, 'data'))}`,
};

/** Those which nft writes without the word `meta`. */
const DEVICES = new Set(['iif', 'oif', 'iifname', 'oifname']);

const between =
  (sign: string): Say =>
  (body) =>
    texts(body, ` ${sign} `);

const VALUES: Readonly<Record<string, Say>> = {
  ...VERDICTS,
  payload: (body) =>
    has(body, 'field') ? `${valueText(fieldOf(body, 'protocol'))} ${valueText(fieldOf(body, 'field'))}` : undefined,
  meta(body) {
    const key = valueText(fieldOf(body, 'key'));
    return DEVICES.has(key) ? key : `meta ${key}`;
  },
  ct: (body) => `ct ${has(body, 'dir') ? `${valueText(fieldOf(body, 'dir'))} ` : ''}${valueText(fieldOf(body, 'key'))}`,
  prefix: (body) => `${valueText(fieldOf(body, 'addr'))}/${valueText(fieldOf(body, 'len'))}`,
  range: (body) => texts(body, '-'),
  concat: (body) => texts(body, ' . '),
  elem: (body) => valueText(fieldOf(body, 'val')),
  set: (body) => `{ ${items(body).map(elementText).join(', ')} }`,
  map: (body) => `${valueText(fieldOf(body, 'key'))} map ${valueText(fieldOf(body, 'data'))}`,
  numgen: (body) => `numgen ${valueText(fieldOf(body, 'mode'))} mod ${valueText(fieldOf(body, 'mod'))}`,
  fib: (body) => `fib ${texts(fieldOf(body, 'flags'), ' . ')} ${valueText(fieldOf(body, 'result'))}`,
  '|': between('|'),
  '&': between('&'),
  '^': between('^'),
};

/** Of a map a pair, of a set one value. */
const elementText = (element: Json): string => (Array.isArray(element) ? texts(element, ' : ') : valueText(element));
