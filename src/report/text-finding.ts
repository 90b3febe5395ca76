// One finding: what, why, the evidence, what to do, and what would prove us wrong.
import type { Cite, Severity, Step } from '../checks/check.js';
import { LAYERS } from '../layers/layer.js';
import type { Effect, Finding } from '../layers/verdict.js';
import { subjectText } from '../target/subject.js';
import { createStyle, harmless, type Style, type View } from './style.js';
import { count, hang } from './wrap.js';

const INDENT = '    ';
const LABEL = 10;
const BODY = INDENT + ' '.repeat(LABEL);
/** More evidence than this hides the fix below the fold; -v shows all of it. */
const FEW = 4;

export function findingLines(finding: Finding, view: View): readonly string[] {
  const { verdict, rank } = finding;
  const style = createStyle(view);
  const layer = `${verdict.layer} ${LAYERS[verdict.layer].name}, ${verdict.confidence}`;
  const title = `${verdict.severity}  ${verdict.check}  ${harmless(subjectText(verdict.subject))}  (${layer})`;
  return [
    ...hang(`${String(rank).padStart(2)}  `, title, view.width).map(paintOf(verdict.severity, style)),
    ...hang(INDENT, harmless(verdict.says), view.width),
    ...(verdict.also ?? []).flatMap((subject) => labelled('See also', harmless(subjectText(subject)), view)),
    ...evidenceLines(verdict.cites, view),
    ...steps('Fix', verdict.fix, view),
    ...steps('Refute', [verdict.refute], view),
    ...effectLines(finding.effects, view),
    ...command('Explain', `kubectl netdiag explain ${verdict.check}`),
  ];
}

export function paintOf(severity: Severity, style: Style): (text: string) => string {
  return severity === 'risk' ? style.risky : style.broken;
}

function evidenceLines(cites: readonly Cite[], view: View): readonly string[] {
  const shown = view.verbose ? cites : cites.slice(0, FEW);
  const more = cites.length - shown.length;
  return [
    ...shown.flatMap(({ on, shows, command: shownBy }, at) => [
      ...labelled(at === 0 ? 'Evidence' : '', `${harmless(on)}: ${harmless(shows)}`, view),
      ...verbatim(shownBy),
    ]),
    ...(more > 0 ? labelled('', `and ${count(more, 'more line')} of evidence, with -v`, view) : []),
  ];
}

const RISK = { reads: 'read-only', restarts: 'restarts something', changes: 'changes something' } as const;

function steps(label: string, list: readonly Step[], view: View): readonly string[] {
  return list.flatMap(({ text, command: shell, risk }, at) => [
    ...labelled(at === 0 ? label : '', `${harmless(text)} (${RISK[risk]})`, view),
    ...(shell === undefined ? [] : verbatim(shell)),
  ]);
}

function effectLines(effects: readonly Effect[], view: View): readonly string[] {
  const shown = view.verbose ? effects : effects.slice(0, FEW);
  const more = effects.length - shown.length;
  return [
    ...shown.flatMap(({ verdict, because }, at) => {
      const says = view.verbose ? `: ${harmless(verdict.says)}` : '';
      const text = `${verdict.check}, ${harmless(subjectText(verdict.subject))}${says}, because ${harmless(because)}`;
      return labelled(at === 0 ? 'So also' : '', text, view);
    }),
    ...(more > 0 ? labelled('', `and ${count(more, 'more consequence')}, with -v`, view) : []),
  ];
}

const labelled = (label: string, text: string, view: View): readonly string[] =>
  hang(INDENT + label.padEnd(LABEL), text, view.width);

/** Commands stay whole, alone on their line and without a prompt sign, so that a triple click copies them. */
const verbatim = (shell: string): readonly string[] => shell.split('\n').map((line) => BODY + harmless(line));
const command = (label: string, shell: string): readonly string[] => [INDENT + label.padEnd(LABEL) + shell];
