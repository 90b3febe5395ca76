// Choices for the word in progress, in the form kubectl reads: one a line, then `:` and a bit set.
import { CHECKS } from '../checks/index.js';
import { KIND_NAMES } from '../target/kinds.js';
import { COMMANDS, DIAGNOSE, type CommandSpec, type Run } from './commands.js';
import { EXIT } from './exit.js';
import { longName, takesValue, type Flag } from './flags.js';
import { objectNames } from './object-names.js';
import { FORMAT_NAMES } from './output.js';
import { flagsOf } from './program.js';

/** cobra's directives (kubectl plugin_completion.go). */
const FILES = 0;
const NO_SPACE_NO_FILES = 6;
const NO_FILES = 4;
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell', 'kubectl'] as const;

interface Choices {
  readonly words: readonly string[];
  readonly directive: number;
}

/** The last word is the one in progress; it is empty when a new one begins. */
export const run: Run = async ({ words, terminal }) => {
  const typed = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  const { words: offered, directive } = await choices(typed, current);
  const fitting = offered.filter((word) => word.startsWith(current)).map((word) => `${word}\n`);
  terminal.out(`${fitting.join('')}:${directive}\n`);
  return EXIT.ok;
};

async function choices(typed: readonly string[], current: string): Promise<Choices> {
  const spec = specOf(typed);
  const flag = flagAwaiting(spec, typed.at(-1));
  if (flag !== undefined) return valuesOf(flag);
  if (current.startsWith('-')) return { words: flagsOf(spec).map(longName), directive: NO_FILES };
  if (spec.name === 'explain') return { words: CHECKS.map(({ id }) => id), directive: NO_FILES };
  if (spec.name === 'completion') return { words: SHELLS, directive: NO_FILES };
  if (spec.name === 'report') return { words: [], directive: FILES };
  if (!spec.words.includes('source')) return { words: [], directive: NO_FILES };
  const [kind, name] = current.split('/');
  if (name !== undefined) return { words: await objectNames(kind ?? '', typed), directive: NO_FILES };
  const kinds = KIND_NAMES.map((one) => `${one}/`).filter((one) => one.startsWith(current));
  const commands =
    spec === DIAGNOSE && typed.every((word) => word.startsWith('-')) ? COMMANDS.map((one) => one.name) : [];
  return { words: [...commands, ...kinds], directive: kinds.length > 0 ? NO_SPACE_NO_FILES : NO_FILES };
}

function specOf(typed: readonly string[]): CommandSpec {
  return (
    COMMANDS.find(({ name, alias }) => typed.includes(name) || (alias !== undefined && typed.includes(alias))) ??
    DIAGNOSE
  );
}

function flagAwaiting(spec: CommandSpec, last: string | undefined): Flag | undefined {
  if (last === undefined || !last.startsWith('-') || last.includes('=')) return undefined;
  return flagsOf(spec).find((flag) => takesValue(flag) && flag.flags.split(/[ ,]+/).includes(last));
}

function valuesOf(flag: Flag): Choices {
  if (flag.choices !== undefined) return { words: flag.choices, directive: NO_FILES };
  const name = longName(flag);
  if (name === '--output') return { words: FORMAT_NAMES, directive: NO_FILES };
  if (name === '--select' || name === '--skip') return { words: CHECKS.map(({ id }) => id), directive: NO_FILES };
  return { words: [], directive: flag.flags.includes('<file>') ? FILES : NO_FILES };
}
