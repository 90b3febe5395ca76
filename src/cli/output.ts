// Which formats, to where, and how they are to look.
import { writeFile } from 'node:fs/promises';
import type { Report } from '../report/report.js';
import type { View } from '../report/style.js';
import { sharedStdout, unknownOutput } from '../target/errors.js';
import { UsageError } from '../target/usage-error.js';
import type { FlagValues } from './commands.js';
import { COLOURS, SEVERITIES } from './flags.js';
import { choice, whole, words } from './options.js';
import type { Terminal } from './terminal.js';

type Render = (report: Report, view: View) => string;

/** Loaded when asked for: text needs no YAML. */
const FORMATS: Readonly<Record<string, () => Promise<Render>>> = {
  text: async () => (await import('../report/text.js')).renderText,
  wide: async () => (await import('../report/text.js')).renderWide,
  short: async () => (await import('../report/text.js')).renderShort,
  json: async () => (await import('../report/json.js')).renderJson,
  yaml: async () => (await import('../report/yaml.js')).renderYaml,
  markdown: async () => (await import('../report/markdown.js')).renderMarkdown,
};
/** What the path command prints in place of text; no -o names it. */
const pathFormat = async (): Promise<Render> => (await import('../report/text.js')).renderPath;
export const FORMAT_NAMES: readonly string[] = Object.keys(FORMATS);

export interface Output {
  readonly format: string;
  /** Absent: stdout. */
  readonly file?: string;
}

export function outputsOf(flags: FlagValues): readonly Output[] {
  const outputs = words(flags, 'output').map((word): Output => {
    const [format = '', ...file] = word.split('=');
    if (!FORMAT_NAMES.includes(format)) throw unknownOutput(format, FORMAT_NAMES);
    if (file.length > 0 && file.join('=') === '')
      throw new UsageError(`-o ${word} names no file.`, `E.g. -o ${format}=report.${format}`);
    return file.length === 0 ? { format } : { format, file: file.join('=') };
  });
  const shown = outputs.filter(({ file }) => file === undefined).map(({ format }) => format);
  if (shown.length > 1) throw sharedStdout(shown);
  // A file beside it does not silence the terminal.
  return shown.length === 0 ? [{ format: 'text' }, ...outputs] : outputs;
}

export function viewOf(flags: FlagValues, terminal: Terminal, titleOf: View['titleOf']): View {
  const width = whole(flags, 'width') ?? widthOf(terminal);
  if (width < 40) throw new UsageError(`--width ${width} is too narrow.`, 'The least is 40.');
  return {
    colour: wantsColour(choice(flags, 'color', COLOURS) ?? 'auto', terminal),
    unicode: isUtf8(terminal.env),
    width,
    showPassed: flags['showPassed'] === true,
    verbose: flags['verbose'] === true,
    minSeverity: choice(flags, 'minSeverity', SEVERITIES) ?? 'risk',
    titleOf,
  };
}

/** COLUMNS is what a person set; a pipe has no width, and logs are read at 80. */
function widthOf({ env, columns, outIsTty }: Terminal): number {
  const set = Number(env['COLUMNS']);
  if (Number.isInteger(set) && set >= 40) return set;
  return Math.max(40, outIsTty ? (columns ?? 80) : 80);
}

/** The flag wins over the environment, and the environment over the terminal (no-color.org, force-color.org). */
function wantsColour(when: (typeof COLOURS)[number], { env, outIsTty }: Terminal): boolean {
  if (when !== 'auto') return when === 'always';
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return outIsTty && env['TERM'] !== 'dumb';
}

/** POSIX: the first one set decides. Windows sets none, and its terminals speak UTF-8. */
function isUtf8(env: Terminal['env']): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  return locale === undefined || locale === '' ? env['OS'] === 'Windows_NT' : /utf-?8/i.test(locale);
}

export interface Told {
  readonly report: Report;
  readonly outputs: readonly Output[];
  readonly view: View;
}

export async function writeOutputs({ report, outputs, view }: Told, terminal: Terminal): Promise<void> {
  for (const { format, file } of outputs) {
    const render = await (FORMATS[format] ?? pathFormat)();
    if (file === undefined) terminal.out(render(report, view));
    // A file is for programs and later readers: no colour, whatever this terminal can do.
    else await writeOrExplain(file, render(report, { ...view, colour: false }));
  }
}

export async function writeOrExplain(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
