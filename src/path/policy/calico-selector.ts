// Calico's selector language: `app == 'api' && has(tier) || !(env in {'test', 'dev'})`. What is not of it is not guessed.
import type { Labels } from '../../model/policies.js';

type Test = (labels: Labels) => boolean;

const TOKEN = /\s*(&&|\|\||==|!=|[(){},!]|'[^']*'|"[^"]*"|[A-Za-z0-9_./-]+)/y;

function tokens(text: string): readonly string[] | undefined {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.trimEnd().length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) return undefined;
    found.push(token);
  }
  return found;
}

const parsed = new Map<string, Test | undefined>();

/** Undefined: it could not be read. An empty selector selects everything. */
export function calicoSelector(text: string): Test | undefined {
  if (!parsed.has(text)) parsed.set(text, parse(text));
  return parsed.get(text);
}

class Unreadable extends Error {}

function parse(text: string): Test | undefined {
  const words = tokens(text);
  if (!words) return undefined;
  if (words.length === 0) return () => true;
  try {
    const reader = { words, at: 0 };
    const test = any(reader);
    return reader.at === words.length ? test : undefined;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

interface Reader {
  readonly words: readonly string[];
  at: number;
}
function take(reader: Reader, wanted: string): boolean {
  if (reader.words[reader.at] !== wanted) return false;
  reader.at += 1;
  return true;
}
function need(reader: Reader, wanted: string): void {
  if (!take(reader, wanted)) throw new Unreadable();
}
function next(reader: Reader): string {
  const word = reader.words[reader.at];
  if (word === undefined) throw new Unreadable();
  reader.at += 1;
  return word;
}

function any(reader: Reader): Test {
  const tests = [every(reader)];
  while (take(reader, '||')) tests.push(every(reader));
  return (labels) => tests.some((test) => test(labels));
}
function every(reader: Reader): Test {
  const tests = [one(reader)];
  while (take(reader, '&&')) tests.push(one(reader));
  return (labels) => tests.every((test) => test(labels));
}

function one(reader: Reader): Test {
  if (take(reader, '!')) {
    const test = one(reader);
    return (labels) => !test(labels);
  }
  if (take(reader, '(')) {
    const test = any(reader);
    need(reader, ')');
    return test;
  }
  const word = next(reader);
  if (word === 'all' || word === 'has') return called(reader, word);
  return compared(reader, word);
}

function called(reader: Reader, name: 'all' | 'has'): Test {
  need(reader, '(');
  const key = name === 'has' ? next(reader) : '';
  need(reader, ')');
  return name === 'all' ? () => true : (labels) => labels[key] !== undefined;
}

/** A label that is not there equals nothing and is in no set, so `!=` and `not in` hold of it. */
function compared(reader: Reader, key: string): Test {
  const operator = next(reader);
  switch (operator) {
    case '==':
    case '!=': {
      const value = literal(reader);
      return (labels) => (labels[key] === value) === (operator === '==');
    }
    case 'in':
    case 'not': {
      if (operator === 'not') need(reader, 'in');
      const values = set(reader);
      return (labels) => values.includes(labels[key] ?? '\0') === (operator === 'in');
    }
    case 'contains': {
      const value = literal(reader);
      return (labels) => labels[key]?.includes(value) === true;
    }
    case 'starts':
    case 'ends': {
      need(reader, 'with');
      const value = literal(reader);
      return (labels) =>
        (operator === 'starts' ? labels[key]?.startsWith(value) : labels[key]?.endsWith(value)) === true;
    }
    default:
      throw new Unreadable();
  }
}

function literal(reader: Reader): string {
  const word = next(reader);
  if (!/^(['"]).*\1$/.test(word)) throw new Unreadable();
  return word.slice(1, -1);
}

function set(reader: Reader): readonly string[] {
  need(reader, '{');
  const values: string[] = [];
  while (!take(reader, '}')) {
    values.push(literal(reader));
    if (!take(reader, ',')) {
      need(reader, '}');
      break;
    }
  }
  return values;
}
