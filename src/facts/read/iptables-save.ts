// Reads the text of iptables-save, of either backend. 55,000 rules are usual, so the common line costs one split.
import { type Unreadable, unreadable } from '../fact.js';
import type { Iptables, IptablesMatch, IptablesRule, IptablesTable, Options } from '../netfilter.js';

interface OpenChain {
  readonly name: string;
  readonly policy?: 'ACCEPT' | 'DROP';
  readonly rules: IptablesRule[];
}

const CHAIN = /^:(\S+) (\S+)/;

export function readIptablesSave(text: string, backend: Iptables['backend']): Iptables | Unreadable {
  const tables = new Map<string, IptablesTable>();
  const warnings: string[] = [];
  let name = '';
  let open: Map<string, OpenChain> | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const first = line[0];
    if (first === '#') {
      if (/incompatible|Warning/.test(line)) warnings.push(line.slice(1).trim());
    } else if (first === '*') {
      name = line.slice(1).trim();
      open = new Map();
    } else if (open === undefined) {
      return unreadable(`not in iptables-save form: ${line.slice(0, 120)}`);
    } else if (first === ':') {
      if (!declare(open, line)) return unreadable(`not a chain of iptables-save: ${line.slice(0, 120)}`);
    } else if (line.startsWith('COMMIT')) {
      tables.set(name, { name, chains: open });
      open = undefined;
    } else if (!append(open, line)) {
      return unreadable(`not a rule of iptables-save: ${line.slice(0, 120)}`);
    }
  }
  // A table without its COMMIT was cut off: the rules that are missing may be those that matter.
  return open ? unreadable(`table ${name} ends without COMMIT`) : { backend, tables, warnings };
}

function declare(chains: Map<string, OpenChain>, line: string): boolean {
  const found = CHAIN.exec(line);
  if (!found) return false;
  const [, name = '', policy] = found;
  const chain: OpenChain = policy === 'ACCEPT' || policy === 'DROP' ? { name, policy, rules: [] } : { name, rules: [] };
  chains.set(name, chain);
  return true;
}

function append(chains: Map<string, OpenChain>, line: string): boolean {
  const counted = line.charCodeAt(0) === BRACKET;
  const start = counted ? line.indexOf('] ') + 2 : 0;
  if (!line.startsWith('-A ', start)) return false;
  const space = line.indexOf(' ', start + 3);
  const chain = chains.get(line.slice(start + 3, space < 0 ? line.length : space));
  if (!chain) return false;
  chain.rules.push(ruleOf(line, { chain: chain.name, position: chain.rules.length + 1, start, options: space }));
  return true;
}

interface At {
  readonly chain: string;
  readonly position: number;
  /** Where the rule begins, behind its counters. */
  readonly start: number;
  /** Where its options begin; negative when it has none. */
  readonly options: number;
}

/** Of 55,000 rules a walk looks at few: each is taken apart when it is first looked at. */
function ruleOf(line: string, { chain, position, start, options }: At): IptablesRule {
  let parts: Parts | undefined;
  const parsed = (): Parts => (parts ??= partition(options < 0 ? [] : tokens(line, options + 1)));
  const colon = line.indexOf(':');
  return {
    chain,
    position,
    get matches() {
      return parsed().matches;
    },
    get target() {
      return parsed().target;
    },
    ...(start === 0 ? {} : { packets: Number(line.slice(1, colon)), bytes: Number(line.slice(colon + 1, start - 2)) }),
    text: line.slice(start),
  };
}

const BRACKET = 0x5b;
const QUOTE = 0x22;
const SPACE = 0x20;
const DASH = 0x2d;
/** Stands before a value that was quoted, so that it is taken for neither a flag nor a `!`. */
const QUOTED = '\0';

function tokens(line: string, from: number): readonly string[] {
  const found: string[] = [];
  let at = from;
  while (at < line.length) {
    const code = line.charCodeAt(at);
    if (code === SPACE) {
      at += 1;
    } else if (code === QUOTE) {
      const end = closingQuote(line, at + 1);
      const inner = line.slice(at + 1, end);
      // Inside quotes `\"`, `\\` and `\'` stand for the character itself.
      found.push(QUOTED + (inner.includes('\\') ? inner.replace(/\\(.)/g, '$1') : inner));
      at = end + 1;
    } else {
      const space = line.indexOf(' ', at);
      const end = space < 0 ? line.length : space;
      found.push(line.slice(at, end));
      at = end;
    }
  }
  return found;
}

function closingQuote(line: string, from: number): number {
  for (let at = from; at < line.length; at += 1) {
    if (line[at] === '\\') at += 1;
    else if (line.charCodeAt(at) === QUOTE) return at;
  }
  return line.length;
}

const isNot = (token: string | undefined): boolean => token === '!';
function isFlag(token: string | undefined): boolean {
  if (token === undefined || token.length < 2 || token.charCodeAt(0) !== DASH) return false;
  const second = token.charCodeAt(1) === DASH ? token.charCodeAt(2) : token.charCodeAt(1);
  // A letter: `-1` and `--` are values.
  return (second | 0x20) >= 0x61 && (second | 0x20) <= 0x7a;
}

type Option = Options[number];
interface Parts {
  readonly matches: readonly IptablesMatch[];
  readonly target: IptablesRule['target'];
}

function partition(words: readonly string[]): Parts {
  const matches: { module: string; options: Option[] }[] = [];
  let target: { name: string; goto: boolean; options: Option[] } | undefined;
  let into: Option[] | undefined;
  let at = 0;
  while (at < words.length) {
    const option = readOption(words, at);
    at = option.next;
    if (!target && option.flag === 'm') {
      into = [];
      matches.push({ module: option.values[0] ?? '', options: into });
    } else if (!target && (option.flag === 'j' || option.flag === 'g')) {
      into = [];
      target = { name: option.values[0] ?? '', goto: option.flag === 'g', options: into };
    } else {
      if (!into) {
        into = [];
        matches.push({ module: '', options: into });
      }
      into.push({ flag: option.flag, values: option.values, negated: option.negated });
    }
  }
  return { matches, target };
}

/** `! --flag value …`, or `--flag ! value` as releases before 1.4 wrote it. */
function readOption(words: readonly string[], start: number): Option & { readonly next: number } {
  let at = start;
  let negated = false;
  if (isNot(words[at])) {
    negated = true;
    at += 1;
  }
  const word = words[at] ?? '';
  const flag = word.charCodeAt(0) !== DASH ? word : word.slice(word.charCodeAt(1) === DASH ? 2 : 1);
  at += 1;
  if (isNot(words[at]) && words[at + 1] !== undefined && !isFlag(words[at + 1])) {
    negated = true;
    at += 1;
  }
  const values: string[] = [];
  for (let value = words[at]; value !== undefined && !isFlag(value) && !isNot(value); value = words[at]) {
    values.push(value.startsWith(QUOTED) ? value.slice(1) : value);
    at += 1;
  }
  return { flag, values, negated, next: at };
}
