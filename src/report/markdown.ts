// For an issue, a runbook or a chat: what text says, in the marks those places render.
import type { Step } from '../checks/check.js';
import { LAYERS } from '../layers/layer.js';
import type { Finding } from '../layers/verdict.js';
import { subjectText } from '../target/subject.js';
import type { FlowReport, Report } from './report.js';
import { contradictionText, stripText } from './strip.js';
import { createStyle, harmless, type View } from './style.js';
import { shownFindings, verdictWord } from './text.js';
import { count } from './wrap.js';

export function renderMarkdown(report: Report, view: View): string {
  const { request, context, durationMs } = report;
  const what = request.dest === '' ? request.source : `${request.source} → ${request.dest}`;
  return `${[
    `# ${verdictWord(report)}: ${plain(report.headline)}`,
    `${code(what)}, context ${code(context)}, probe ${request.rung}, ${(durationMs / 1000).toFixed(1)} s, exit ${report.exitCode}`,
    ...report.flows.map((flow) => flowText(flow, view)),
    ...shownFindings(report, view).flatMap(findingBlocks),
    ...notKnownBlocks(report),
    ...ledgerBlocks(report),
    `${report.verdicts.filter(({ kind }) => kind === 'pass').length} passed.`,
  ].join('\n\n')}\n`;
}

function flowText(flow: FlowReport, view: View): string {
  const strip = stripText(flow.hops, createStyle({ ...view, colour: false, unicode: true }));
  return [
    `**${plain(strip || flow.name)}**`,
    '',
    `- observed: ${plain(flow.observed)}`,
    `- predicted: ${plain(flow.predicted)}`,
    ...(flow.agree === 'contradict' ? [`- ${plain(contradictionText(flow))}`] : []),
  ].join('\n');
}

function findingBlocks({ rank, verdict, effects, fingerprint }: Finding): readonly string[] {
  const layer = `${verdict.layer} ${LAYERS[verdict.layer].name}`;
  return [
    `## ${rank}. ${verdict.check}`,
    `${code(subjectText(verdict.subject))}: ${verdict.severity}, ${layer}, ${verdict.confidence}, fingerprint ${code(fingerprint)}`,
    plain(verdict.says),
    '**Evidence**',
    ...verdict.cites.flatMap(({ on, shows, command }) => [`${code(on)}: ${plain(shows)}`, block(command)]),
    '**Fix**',
    ...verdict.fix.flatMap(stepBlocks),
    '**Refute**',
    ...stepBlocks(verdict.refute),
    ...(effects.length === 0
      ? []
      : [`**So also** (${count(effects.length, 'consequence')})`, effects.map(effectText).join('\n')]),
  ];
}

const effectText = ({ verdict, because }: Finding['effects'][number]): string =>
  `- ${verdict.check}, ${code(subjectText(verdict.subject))}: ${plain(verdict.says)}, because ${plain(because)}`;

function stepBlocks({ text, command, risk }: Step): readonly string[] {
  const mark = { reads: 'read-only', restarts: 'restarts something', changes: 'changes something' }[risk];
  return [`${plain(text)} (${mark})`, ...(command === undefined ? [] : [block(command)])];
}

function notKnownBlocks({ unseen, missing }: Report): readonly string[] {
  if (unseen.length === 0 && missing.length === 0) return ['## Not known', 'Nothing. Every question was answered.'];
  const lines = [
    ...unseen.map(
      ({ why, checks, subjects }) =>
        `- ${subjects.map(plain).join(', ')}: ${plain(why)}; not judged: ${checks.join(', ')}`,
    ),
    ...missing.map(({ check, subject, why }) => `- required: ${check} about ${plain(subject)}: ${plain(why)}`),
  ];
  return ['## Not known', lines.join('\n')];
}

function ledgerBlocks({ mutations }: Report): readonly string[] {
  if (mutations.length === 0) return [];
  const lines = mutations.map(
    ({ verb, object, command }) => `- ${verb} ${code(object)}${command ? `: ${code(command)}` : ''}`,
  );
  return ['## Created and deleted', lines.join('\n')];
}

/** Text from a cluster may hold what Markdown would take for its own. */
const plain = (text: string): string => harmless(text).replaceAll(/[\\`*_<>|#[\]]/g, (sign) => `\\${sign}`);

/** A fence longer than any run of backticks within, so that nothing can end it early. */
const fence = (text: string): string =>
  '`'.repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
const code = (text: string): string => `${fence(text)}${harmless(text)}${fence(text)}`;
const block = (command: string): string => {
  const marks = fence(command).padEnd(3, '`');
  return `${marks}sh\n${harmless(command)}\n${marks}`;
};
