// The reasoning about one flow, as people read it.
import type { PolicyFlow, PolicyReport } from './policy-report.js';
import { createStyle, harmless, toAscii, type Style, type View } from './style.js';
import { count, hang } from './wrap.js';

export function renderPolicy(report: PolicyReport, view: View): string {
  const style = createStyle(view);
  const [asked, lookups] = [report.flows.filter(({ lookup }) => !lookup), report.flows.filter(({ lookup }) => lookup)];
  const sections = [
    headLines(report, view, style),
    ...asked.map((flow, at) => flowLines(unsaid(flow, asked.slice(0, at)), view, style)),
    lookups.flatMap((flow) => lookupLines(flow, view, style)),
    tailLines(report, view),
  ];
  const text = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
  return `${view.unicode ? text : toAscii(text)}\n`;
}

const WORDS = { allow: 'ALLOW', deny: 'DENY', mixed: 'MIXED', unknown: 'UNKNOWN' } as const;

function headLines({ verdict, context, enforcer }: PolicyReport, view: View, style: Style): readonly string[] {
  const lead = `${WORDS[verdict.holds].padEnd(5)}  `;
  const lines = hang(lead, harmless(verdict.headline), view.width).map(painted(verdict.holds, style));
  return [...lines, ...hang('       ', harmless(`(context ${context}; ${enforcerText(enforcer)})`), view.width)];
}

export function enforcerText({ name, enforces }: PolicyReport['enforcer']): string {
  if (enforces === true) return `enforced by ${name}`;
  return enforces === false
    ? `nobody enforces policies (${name})`
    : `not known whether anybody enforces policies (${name})`;
}

const painted = (verdict: string, style: Style): ((text: string) => string) =>
  verdict === 'allow' ? style.ok : verdict === 'deny' ? style.broken : style.risky;
const markOf = (verdict: string, style: Style): string =>
  verdict === 'allow' ? style.mark.ok : verdict === 'deny' ? style.mark.broken : style.mark.unknown;

/** A Service's backends are reasoned about once, and each one's own attempt stands under its name. */
function unsaid(flow: PolicyFlow, before: readonly PolicyFlow[]): PolicyFlow {
  const said = before.flatMap(({ backends }) => backends);
  const isSaid = ({ to, port }: PolicyFlow['backends'][number]): boolean =>
    said.some((one) => one.to === to && one.port === port);
  return { ...flow, backends: flow.backends.map((one) => (isSaid(one) ? { ...one, sides: [] } : one)) };
}

function flowLines(flow: PolicyFlow, view: View, style: Style): readonly string[] {
  return [
    ...hang('', harmless(flow.name), view.width).map(style.strong),
    ...(flow.backends.length === 0 ? hang('  ', harmless(flow.because), view.width) : []),
    ...flow.backends.flatMap((backend) => backendLines(backend, view, style)),
    ...(flow.programmed ? hang('  programmed  ', harmless(flow.programmed), view.width) : []),
    ...(flow.observed === 'none' ? [] : hang('  observed    ', harmless(observedText(flow)), view.width)),
  ];
}

const observedText = ({ observed, fit }: PolicyFlow): string => (fit ? `${observed}: ${fit}` : observed);

function backendLines(
  { to, port, verdict, sides }: PolicyFlow['backends'][number],
  view: View,
  style: Style,
): readonly string[] {
  const title = `  ${markOf(verdict, style)} ${harmless(to)}:${port} ${WORDS[verdict].toLowerCase()}`;
  return [
    painted(verdict, style)(title),
    ...sides.flatMap((side) => hang(`      ${markOf(side.verdict, style)} `, harmless(side.because), view.width)),
  ];
}

function lookupLines({ name, holds, because }: PolicyFlow, view: View, style: Style): readonly string[] {
  return hang(` ${markOf(holds, style)} `, harmless(`${name}: ${because}`), view.width).map(painted(holds, style));
}

function tailLines({ verdict, request, flows }: PolicyReport, { unicode }: View): readonly string[] {
  const backends = flows.filter(({ lookup }) => !lookup).flatMap(({ backends: each }) => each);
  const told = count(new Set(backends.map(({ to, port }) => `${to}:${port}`)).size, 'backend');
  const wish = request.expect === undefined ? '' : `, expected ${request.expect}`;
  return [`${WORDS[verdict.holds]}${wish} ${unicode ? '·' : '-'} ${told}   exit ${verdict.exitCode}`];
}
