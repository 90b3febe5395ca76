// Turns the tables of commands and flags into a commander program.
import { Command, Option } from 'commander';
import { COMMANDS, DIAGNOSE, type CommandSpec, type FlagValues } from './commands.js';
import { FLAGS, longName, takesValue, type Flag } from './flags.js';
import { helpText } from './help.js';
import type { Terminal } from './terminal.js';

export interface Chosen {
  readonly spec: CommandSpec;
  readonly words: readonly string[];
  readonly flags: FlagValues;
}

/** `choose` is told which command was asked for; it is called once or, when help was printed, not at all. */
export function createProgram(terminal: Terminal, argv: readonly string[], choose: (chosen: Chosen) => void): Command {
  const program = new Command(terminal.name);
  program.helpInformation = () => `${helpText(terminal.name)}\n`;
  program.helpCommand('help [command]', 'help for a command');
  // Without it commander would take `-o` after a sub-command for the root's and mix the two.
  program.enablePositionalOptions();
  fit(program, DIAGNOSE, choose);
  // Only what is named: a dozen commands of fifty flags each are a tenth of a start.
  const named = ({ name, alias }: CommandSpec) => argv.includes(name) || (alias !== undefined && argv.includes(alias));
  for (const spec of COMMANDS.filter(named)) {
    const command = program.command(spec.name).description(spec.says);
    if (spec.alias !== undefined) command.alias(spec.alias);
    fit(command, spec, choose);
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().showSuggestionAfterError(false);
    command.configureOutput({ writeOut: terminal.out, writeErr: () => undefined });
  }
  return program;
}

function fit(command: Command, spec: CommandSpec, choose: (chosen: Chosen) => void): void {
  for (const words of spec.words.split(' ').filter(Boolean)) command.argument(words);
  if (spec === DIAGNOSE) command.argument('[more...]');
  const flags = flagsOf(spec);
  for (const flag of flags) command.addOption(toOption(flag));
  // The first screen has words of its own for it.
  const { parent } = command;
  if (parent && flags.some((flag) => flag.rare))
    command.addHelpText(
      'after',
      `
Rarely needed flags, and kubectl’s own: ${parent.name()} options`,
    );
  command.action(() => choose({ spec, words: command.args, flags: command.optsWithGlobals() }));
}

/** A command's own flag replaces one of a group with the same name. */
export function flagsOf(spec: CommandSpec): readonly Flag[] {
  const own = spec.flags ?? [];
  const names = new Set(own.map(longName));
  return [...own, ...spec.groups.flatMap((group) => FLAGS[group].flags).filter((flag) => !names.has(longName(flag)))];
}

function toOption(flag: Flag): Option {
  const option = new Option(flag.flags, flag.says).hideHelp(flag.rare === true);
  if (flag.repeats)
    option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  return option;
}

/** kubectl's booleans take a value (`--insecure-skip-tls-verify=false`); commander's do not. */
export function plainBooleans(argv: readonly string[]): readonly string[] {
  const booleans = new Set(
    [DIAGNOSE, ...COMMANDS]
      .flatMap(flagsOf)
      .filter((flag) => !takesValue(flag))
      .map(longName),
  );
  return argv.flatMap((word) => {
    const [, name, value] = /^(--[a-z-]+)=(true|false)$/.exec(word) ?? [];
    if (name === undefined || !booleans.has(name)) return [word];
    return value === 'true' ? [name] : [];
  });
}
