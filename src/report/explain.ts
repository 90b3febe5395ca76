// A check's declaration as a page: what `explain` prints and what docs/checks/ holds. Pure, so the two cannot drift.
import type { AnyCheck, Failure, Judgement, Step } from '../checks/check.js';
import { LAYERS } from '../layers/layer.js';
import { subjectText } from '../target/subject.js';

/** The examples are judged, not described: the page shows the very sentences a user will meet. */
export function exampleOf(check: AnyCheck, which: 'fails' | 'passes'): Judgement {
  // The one seam besides the walk where a check's types are forgotten: its examples were typed where it was declared.
  return check.judge(check.examples[which] as never, check.examples.subject as never);
}

/** Facts that the API server fetches for us (pods/proxy, pods/log): observed, and yet within reach of `none`. */
const BY_PROXY: readonly string[] = ['proxyHealth'];

/**
 * The lowest rung that can confirm it: what the API's objects declare needs no command. Below, the check is not known,
 * and its line in the report names the rung that would see it.
 */
export function lowestRung(check: AnyCheck): 'none' | 'exec' {
  const failing = exampleOf(check, 'fails');
  const isDeclared = failing.kind === 'fail' && failing.confidence === 'declared';
  return isDeclared || check.needs.some((need) => BY_PROXY.includes(need)) ? 'none' : 'exec';
}

const BELOW = {
  none: 'The API alone tells: `--probe none` can confirm it.',
  exec: '`--probe exec` can confirm it, or `--probe node` where no container has the tools. At `--probe none` it is not known.',
} as const;

export function explainPage(check: AnyCheck): string {
  const failing = exampleOf(check, 'fails');
  const passing = exampleOf(check, 'passes');
  return [
    `# ${check.id}`,
    '',
    `Layer ${check.layer} ${LAYERS[check.layer].name}, about each ${check.about}. Healthy means: ${check.title}.`,
    ...section('What it looks at', [check.explain.looksAt]),
    ...section('Why it matters', [check.explain.matters]),
    ...section('What looks like it but is not', check.explain.misleads === undefined ? [] : [check.explain.misleads]),
    ...(failing.kind === 'fail' ? failurePage(check, failing) : []),
    ...section('What it says when all is well', passing.kind === 'pass' ? [`> ${passing.says}`] : []),
    ...section('What it reads', [check.needs.map((need) => `\`${need}\``).join(', '), BELOW[lowestRung(check)]]),
    '',
  ].join('\n');
}

function failurePage(check: AnyCheck, failing: Failure): readonly string[] {
  const about = subjectText(check.examples.subject);
  const cites = failing.cites.flatMap(({ on, shows, command }) => [`On ${on}: ${shows}`, ...block(command)]);
  return [
    ...section('What it says', [`> ${failing.severity}, ${failing.confidence}: ${about}`, '>', `> ${failing.says}`]),
    ...section('How to confirm it', cites),
    ...section('How to refute it', stepLines(failing.refute)),
    ...section('What to do', failing.fix.flatMap(stepLines)),
  ];
}

function stepLines({ text, command, risk }: Step): readonly string[] {
  const mark = risk === 'reads' ? 'reads only' : risk;
  return [`${text} (${mark})`, ...(command === undefined ? [] : block(command))];
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0
    ? []
    : ['', `## ${title}`, '', ...lines.flatMap((line, at) => (gap(lines, at) ? ['', line] : [line]))];

// Paragraphs are parted by an empty line; quotes and code blocks hold together.
const gap = (lines: readonly string[], at: number): boolean =>
  at > 0 && !lines[at]!.startsWith('>') && !lines[at]!.startsWith('    ') !== lines[at - 1]!.startsWith('>')
    ? true
    : at > 0 && lines[at]!.startsWith('    ') && !lines[at - 1]!.startsWith('    ');

const block = (command: string): readonly string[] => command.split('\n').map((line) => `    ${line}`);
