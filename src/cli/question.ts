// What was asked, in the words it can be asked with again: what a bundle keeps.
import { closest } from '../target/did-you-mean.js';
import { unknownCommand } from '../target/errors.js';
import { parseTarget } from '../target/parse.js';
import type { Target } from '../target/target.js';
import { COMMAND_NAMES, type FlagValues } from './commands.js';
import { protocolOf, text, whole } from './options.js';

export interface Question {
  readonly words: readonly string[];
  readonly flags: FlagValues;
}

/** In place of targets: no flow and no object, but the whole cluster. */
export const CLUSTER_WORDS: readonly string[] = ['cluster'];
const FLAGS = ['port', 'protocol', 'toNamespace', 'repeat'] as const;
const DASHED = { port: '--port', protocol: '--protocol', toNamespace: '--to-namespace', repeat: '--repeat' } as const;

export function targetOf({ words, flags }: Question, namespace: string): Target {
  const [first] = words;
  if (words.length === 1 && first === CLUSTER_WORDS[0]) return {};
  const near =
    words.length === 1 && first !== undefined && /^[a-z-]+$/.test(first) ? closest(first, COMMAND_NAMES, 1) : [];
  if (first !== undefined && near[0] !== undefined) throw unknownCommand(first, near[0]);
  const named = { ...text(flags, 'port'), ...text(flags, 'toNamespace'), ...protocolOf(flags) };
  const repeat = whole(flags, 'repeat');
  return parseTarget({ words, namespace, ...named, ...(repeat === undefined ? {} : { repeat }) });
}

export function askedWords({ words, flags }: Question): readonly string[] {
  const given = FLAGS.flatMap((name) => {
    const value = text(flags, name)[name];
    return value === undefined ? [] : [DASHED[name], value];
  });
  return [...words, ...given];
}

export function questionFrom(asked: readonly string[]): Question {
  const end = asked.findIndex((word) => word.startsWith('--'));
  const words = end < 0 ? asked : asked.slice(0, end);
  const pairs = FLAGS.flatMap((name) => {
    const at = asked.indexOf(DASHED[name]);
    return at < 0 ? [] : [[name, asked[at + 1]]];
  });
  return { words, flags: Object.fromEntries(pairs) };
}
