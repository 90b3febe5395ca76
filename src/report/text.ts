// The report as people read it: the verdict first, because logs are read from the top, and last, because terminals are not.
import { subjectText } from '../target/subject.js';
import { notKnownLines } from './not-known.js';
import type { Report } from './report.js';
import { flowLines, flowSections, stepLines } from './strip.js';
import { atLeast, createStyle, harmless, toAscii, type Style, type View } from './style.js';
import { findingLines } from './text-finding.js';
import { count, hang } from './wrap.js';

export function renderText(report: Report, view: View): string {
  // The flow that was asked for stands above the causes, and the others below them: a cause belongs on the first screen.
  const [asked = [], ...others] = flowSections(report.flows, view);
  const findings = shownFindings(report, view).map((finding) => findingLines(finding, view));
  return finish([headLines(report, view), asked, ...findings, ...others, ...tailSections(report, view)], view);
}

/** Everything, unwrapped: the walk step by step, and the evidence it rests on. */
export function renderWide(report: Report, given: View): string {
  const view = { ...given, width: Infinity, verbose: true };
  const notes = report.evidence.map(({ id, asked, through }) => {
    return `  ${id.padEnd(5)} ${harmless(asked)}${through === '' ? '' : `  through ${harmless(through)}`}`;
  });
  return finish(
    [
      headLines(report, view),
      ...report.flows.map((flow) => [...flowLines(flow, view), ...stepLines(flow, view)]),
      ...shownFindings(report, view).map((finding) => findingLines(finding, view)),
      notes.length === 0 ? [] : ['Evidence', ...notes],
      ...tailSections(report, view),
    ],
    view,
  );
}

/** The walk alone: what each hop did with the packet, and the rule each step rests on. */
export function renderPath(report: Report, view: View): string {
  const walks = report.flows.map((flow) => [...flowLines(flow, view), ...stepLines(flow, view)]);
  const causes = shownFindings(report, view).map(({ verdict }) => {
    return `kubectl netdiag explain ${verdict.check}`;
  });
  return finish([headLines(report, view), ...walks, notKnownLines(report, view), causes], view);
}

/** A line for the verdict and one for each finding: for chat, and for a pager's screen. */
export function renderShort(report: Report, view: View): string {
  const findings = shownFindings(report, view).map(({ rank, verdict }) => {
    return harmless(`${rank} ${verdict.severity} ${verdict.check} ${subjectText(verdict.subject)}: ${verdict.says}`);
  });
  const blind = report.unseen.length === 0 ? '' : `; ${count(report.unseen.length, 'reason')} for what is not known`;
  return finish([[`${verdictText(report, view)}${blind}`, ...findings]], view);
}

function headLines(report: Report, view: View): readonly string[] {
  const { request, durationMs, counts } = report;
  const what = request.dest === '' ? request.source : `${request.source} ${createStyle(view).arrow} ${request.dest}`;
  const how = `context ${report.context}, probe ${request.rung}, ${count(counts.checks, 'check')}, ${seconds(durationMs)}`;
  return [...verdictLines(report, view), ...hang('      ', harmless(`${what}  (${how})`), view.width)];
}

function tailSections(report: Report, view: View): readonly (readonly string[])[] {
  const style = createStyle(view);
  const hidden = report.findings.length - shownFindings(report, view).length;
  return [
    notKnownLines(report, view),
    crashLines(report, view),
    [
      ...passedLines(report, view, style),
      ...(hidden > 0 ? [`${count(hidden, 'finding')} below --min-severity not shown`] : []),
    ],
    ledgerLines(report),
    [...verdictLines(report, view).slice(0, -1), `${verdictLines(report, view).at(-1)!}   exit ${report.exitCode}`],
  ];
}

function passedLines({ verdicts }: Report, view: View, style: Style): readonly string[] {
  const passed = verdicts.filter(({ kind }) => kind === 'pass');
  const skipped = verdicts.filter(({ kind }) => kind === 'skip');
  const line = `${passed.length} passed${skipped.length > 0 ? `, ${skipped.length} did not apply` : ''}`;
  const shown = view.showPassed ? [...passed, ...skipped] : [];
  return [
    style.ok(`${style.mark.ok} ${line}`),
    ...shown.flatMap((verdict) => {
      const says = verdict.kind === 'pass' || verdict.kind === 'skip' ? verdict.says : '';
      const mark = verdict.kind === 'pass' ? style.mark.ok : '-';
      return hang(`  ${mark} `, harmless(`${verdict.check}, ${subjectText(verdict.subject)}: ${says}`), view.width);
    }),
  ];
}

/** Our own mistake is never told as the cluster's. */
function crashLines({ verdicts }: Report, view: View): readonly string[] {
  const crashes = verdicts.flatMap((verdict) => (verdict.kind === 'crashed' ? [verdict] : []));
  return crashes.flatMap(({ check, subject, error }) => {
    return hang(
      ' !  ',
      harmless(`our error, please report it: ${check} crashed on ${subjectText(subject)}: ${error}`),
      view.width,
    );
  });
}

function ledgerLines({ mutations }: Report): readonly string[] {
  if (mutations.length === 0) return [];
  const of = (wanted: string) => mutations.filter(({ verb }) => verb === wanted);
  const left = of('left').flatMap(({ object, command }) => [`  left ${object}`, ...(command ? [`  ${command}`] : [])]);
  return [`Created ${of('created').length}, deleted ${of('deleted').length}, left ${of('left').length}`, ...left];
}

export function shownFindings({ findings }: Report, { minSeverity }: View): Report['findings'] {
  return findings.filter(({ verdict }) => atLeast(verdict.severity, minSeverity));
}

export function verdictWord({ status, exitCode }: Report): string {
  if (status === 'findings') return exitCode === 0 ? 'WARN' : 'FAIL';
  return { ok: 'OK', inconclusive: 'UNKNOWN', error: 'ERROR' }[status];
}

const verdictText = (report: Report, view: View): string =>
  verdictLines(report, { ...view, width: Infinity }).join(' ');

function verdictLines(report: Report, view: View): readonly string[] {
  const style = createStyle(view);
  const paint = { OK: style.ok, FAIL: style.broken, ERROR: style.broken }[verdictWord(report)] ?? style.risky;
  return hang(`${verdictWord(report).padEnd(4)}  `, harmless(report.headline), view.width).map((line) => paint(line));
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function finish(sections: readonly (readonly string[])[], { unicode }: View): string {
  const text = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
  return `${unicode ? text : toAscii(text)}\n`;
}
