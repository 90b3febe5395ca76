// From words to an exit code. Loads nothing that a command does not ask for.
import { CommanderError } from 'commander';
import { UsageError } from '../target/usage-error.js';
import { COMMANDS, DIAGNOSE } from './commands.js';
import { closest } from '../target/did-you-mean.js';
import { EXIT } from './exit.js';
import { longName } from './flags.js';
import { createProgram, flagsOf, plainBooleans, type Chosen } from './program.js';
import type { Terminal } from './terminal.js';

export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    if (argv[0] === '__complete') return await complete(argv.slice(1), terminal);
    const chosen = choose(argv, terminal);
    if (chosen === undefined) return EXIT.ok;
    const { run } = await chosen.spec.load();
    const exitCode = await run({ words: chosen.words, flags: chosen.flags, terminal });
    return terminal.signal.aborted ? signalCode(terminal) : exitCode;
  } catch (error) {
    return explainError(error, argv, terminal);
  }
}

/** Before commander: the words to complete may be flags, half typed. */
async function complete(words: readonly string[], terminal: Terminal): Promise<number> {
  const { run } = await import('./complete-command.js');
  return run({ words, flags: {}, terminal });
}

function choose(argv: readonly string[], terminal: Terminal): Chosen | undefined {
  let chosen: Chosen | undefined;
  const program = createProgram(terminal, argv, (answer) => {
    chosen = answer;
  });
  try {
    program.parse([...plainBooleans(argv)], { from: 'user' });
  } catch (error) {
    // Its own exit code for help is that of the process so far, which is 1 until a run has earned another.
    if (error instanceof CommanderError && error.code.startsWith('commander.help')) return undefined;
    throw error instanceof CommanderError ? usageErrorFrom(error) : error;
  }
  return chosen;
}

function usageErrorFrom(error: CommanderError): UsageError {
  const said = error.message.replace(/^error: /, '').split('\n')[0]!;
  const [, quoted = ''] = /'([^']*)'/.exec(said) ?? [];
  const flag = quoted.split(/[ ,]+/).find((word) => word.startsWith('--')) ?? quoted;
  switch (error.code) {
    case 'commander.unknownOption': {
      const flags = [DIAGNOSE, ...COMMANDS].flatMap(flagsOf).map(longName);
      const [near] = closest(flag.split('=')[0]!, [...new Set(flags)], 1);
      const hint = near === undefined ? '' : `Did you mean ${near}? `;
      return new UsageError(`unknown flag "${flag}".`, `${hint}All flags: kubectl netdiag options`);
    }
    case 'commander.optionMissingArgument':
      return new UsageError(`${flag} needs a value.`, 'All flags: kubectl netdiag options');
    case 'commander.missingArgument':
      return new UsageError(`${quoted.toUpperCase()} is missing.`, 'See kubectl netdiag COMMAND -h');
    default:
      return new UsageError(`${said}.`, 'See kubectl netdiag -h');
  }
}

function explainError(error: unknown, argv: readonly string[], terminal: Terminal): number {
  if (terminal.signal.aborted) return signalCode(terminal);
  const say = (text: string) => terminal.err(`${text.replaceAll('kubectl netdiag', terminal.name)}\n`);
  if (error instanceof UsageError) {
    // kubectl's own words for "no API server" carry no prefix, and people search for them.
    say(error.message.startsWith('The connection to the server') ? error.message : `error: ${error.message}`);
    if (error.remedy !== undefined) say(error.remedy);
    return error.exitCode;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  say(`internal error: ${message.split('\n')[0]}`);
  const verbose = argv.includes('-v') || argv.includes('--verbose');
  say(
    verbose
      ? String(stack)
      : 'Run it again with -v for details, and report them: this is our mistake, not your cluster.',
  );
  return EXIT.internal;
}

const signalCode = ({ signal }: Terminal): number =>
  typeof signal.reason === 'number' ? signal.reason : EXIT.interrupted;
