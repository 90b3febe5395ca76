// One line of iptables-save: its words, and what they say.
import type { IptablesMatch, IptablesRule, Options } from '../netfilter.js';

interface At {
  readonly chain: string;
  readonly position: number;
  /** Where the rule begins, behind its counters. */
  readonly start: number;
  /** Where its options begin; negative when it has none. */
  readonly options: number;
}

/** Of 55,000 rules a walk looks at few: each takes itself apart when it is first looked at, and remembers. */
export class SavedRule implements IptablesRule {
  readonly chain: string;
  readonly position: number;
  readonly text: string;
  readonly #head: string;
  readonly #options: number;
  #parts: Parts | undefined;

  constructor(line: string, { chain, position, start, options }: At) {
    this.chain = chain;
    this.position = position;
    this.text = start === 0 ? line : line.slice(start);
    this.#head = start === 0 ? '' : line.slice(0, start);
    this.#options = options - start;
  }

  get matches(): IptablesRule['matches'] {
    return this.#parsed().matches;
  }
  get target(): IptablesRule['target'] {
    return this.#parsed().target;
  }
  get packets(): number | undefined {
    return this.#counter(1);
  }
  get bytes(): number | undefined {
    return this.#counter(2);
  }

  #parsed(): Parts {
    this.#parts ??= partition(this.#options < 0 ? [] : tokens(this.text, this.#options + 1));
    return this.#parts;
  }
  #counter(group: 1 | 2): number | undefined {
    const text = /^\[(\d+):(\d+)\]/.exec(this.#head)?.[group];
    return text === undefined ? undefined : Number(text);
  }
}

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
