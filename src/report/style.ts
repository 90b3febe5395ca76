// How a report is to look. Colour is never the only sign: every state has a mark and a word.
import { Chalk } from 'chalk';
import type { Severity } from '../checks/check.js';

export interface View {
  readonly colour: boolean;
  readonly unicode: boolean;
  /** Columns to wrap at; Infinity for none. Commands are never wrapped. */
  readonly width: number;
  readonly showPassed: boolean;
  readonly verbose: boolean;
  readonly minSeverity: Severity;
  readonly titleOf: (id: string) => string;
}

export interface Style {
  readonly ok: (text: string) => string;
  readonly broken: (text: string) => string;
  readonly risky: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly mark: Readonly<Record<'ok' | 'broken' | 'unknown', string>>;
  readonly arrow: string;
}

export function createStyle({ colour, unicode }: Pick<View, 'colour' | 'unicode'>): Style {
  // Wrapped, because chalk joins all its arguments and `map` hands over three.
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  return {
    ok: (text) => chalk.green(text),
    broken: (text) => chalk.red(text),
    risky: (text) => chalk.yellow(text),
    dim: (text) => chalk.dim(text),
    strong: (text) => chalk.bold(text),
    mark: unicode ? { ok: '✓', broken: '✗', unknown: '?' } : { ok: 'ok', broken: 'X', unknown: '?' },
    arrow: unicode ? '→' : '->',
  };
}

export const SEVERITY_ORDER: readonly Severity[] = ['outage', 'degraded', 'risk'];
export const atLeast = (severity: Severity, floor: Severity): boolean =>
  SEVERITY_ORDER.indexOf(severity) <= SEVERITY_ORDER.indexOf(floor);

const ASCII: Readonly<Record<string, string>> = {
  '→': '->',
  '←': '<-',
  '·': '-',
  '–': '-',
  '—': '-',
  '…': '...',
  '≥': '>=',
  '≤': '<=',
  '×': 'x',
  '✓': 'ok',
  '✔': 'ok',
  '✗': 'X',
};
/** For terminals whose locale is not UTF-8. Names from a cluster keep their letters. */
export const toAscii = (text: string): string => text.replaceAll(/[→←·–—…≥≤×✓✔✗]/g, (sign) => ASCII[sign] ?? sign);

/** What came from a cluster may hold escape sequences; a terminal must not obey them. */
// oxlint-disable-next-line no-control-regex
export const harmless = (text: string): string => text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '?');
