// What could not be seen, always printed: silence must not read as health.
import type { Report } from './report.js';
import { createStyle, harmless, type View } from './style.js';
import { count, hang } from './wrap.js';

const FEW = 6;

export function notKnownLines(report: Report, view: View): readonly string[] {
  const { unseen, missing } = report;
  if (unseen.length === 0 && missing.length === 0) return ['Not known: nothing. Every question was answered.'];
  const style = createStyle(view);
  const lines = unseen.flatMap(({ why, checks, subjects }) => [
    ...hang(` ${style.mark.unknown}  `, `${some(subjects, view)}: ${harmless(why)}`, view.width),
    ...hang('    so not judged: ', some(checks, view), view.width).map(style.dim),
  ]);
  return [
    style.strong(`Not known (${count(unseen.length, 'reason')}, ${count(unknowns(report), 'verdict')})`),
    ...lines,
    ...missingLines(report, view),
    ...remedyLines(report),
  ];
}

const unknowns = ({ verdicts }: Report): number => verdicts.filter(({ kind }) => kind === 'unknown').length;

/** Why the exit code is 4: the questions without which "healthy" would be a guess. */
function missingLines({ missing }: Report, view: View): readonly string[] {
  if (missing.length === 0) return [];
  const kinds = new Map(missing.map(({ check, why }) => [`${check}\n${why}`, { check, why }]));
  const lines = [...kinds.values()].flatMap(({ check, why }) => {
    const same = missing.filter((one) => one.check === check && one.why === why);
    const subjects = some(
      same.map(({ subject }) => subject),
      view,
    );
    return hang('    ', `${check} about ${subjects}: ${harmless(why)}`, view.width);
  });
  return [`    ${count(missing.length, 'required question')} not answered:`, ...lines];
}

function remedyLines({ unseen }: Report): readonly string[] {
  const kinds = new Set(unseen.map(({ gap }) => gap.kind));
  const rungs = unseen.flatMap(({ gap }) => (gap.kind === 'out-of-reach' ? [gap.rung] : []));
  return [
    ...(kinds.has('forbidden') ? ['    What it would take:', '    kubectl netdiag permissions'] : []),
    ...(rungs.length > 0 ? [`    To see it, add --probe ${rungs.includes('node') ? 'node' : rungs[0]!}`] : []),
  ];
}

function some(names: readonly string[], { verbose }: View): string {
  const unique = [...new Set(names)].map(harmless);
  if (verbose || unique.length <= FEW) return unique.join(', ');
  return `${unique.slice(0, FEW).join(', ')} and ${unique.length - FEW} more`;
}
