// The way of a packet on one line: pod/web ✓ → node/w1 ✓ → node/w2 ✗
import type { FlowReport, StripHop } from './report.js';
import { createStyle, harmless, type Style, type View } from './style.js';
import { hang } from './wrap.js';

export function stripText(hops: readonly StripHop[], style: Style): string {
  return hops.map(({ name, state }) => `${harmless(name)} ${style.mark[state]}`).join(` ${style.arrow} `);
}

/** Nothing in the way, and both ways to know say so. */
const isClean = ({ hops, agree }: FlowReport): boolean =>
  agree === 'agree' && hops.every(({ state }) => state === 'ok');

/** What was asked for first, and whatever is not clean; the others take a line each unless -v asks for all of them. */
export function flowSections(flows: readonly FlowReport[], view: View): readonly (readonly string[])[] {
  const style = createStyle(view);
  const brief = (flow: FlowReport, at: number): boolean => at > 0 && !view.verbose && isClean(flow);
  const lines = flows.filter(brief).flatMap(({ name, observed }) => {
    return hang(` ${style.mark.ok} `, harmless(`${name}: ${observed}, as predicted`), view.width).map(style.ok);
  });
  return [...flows.filter((flow, at) => !brief(flow, at)).map((flow) => flowLines(flow, view)), lines];
}

export function flowLines(flow: FlowReport, view: View): readonly string[] {
  const style = createStyle(view);
  const stopped = flow.hops.filter(({ state }) => state !== 'ok');
  const broken = stopped.some(({ state }) => state === 'broken');
  const paint = broken ? style.broken : stopped.length > 0 ? style.risky : style.ok;
  const strip = stripText(flow.hops, style);
  const stops = stopped.flatMap(({ name, state, says }) => {
    return hang(`  ${style.mark[state]} `, harmless(`${name}: ${says}`), view.width);
  });
  return [
    ...hang('', harmless(flow.name), view.width).map(style.strong),
    ...(strip === '' ? [] : hang('  ', strip, view.width).map(paint)),
    ...stops,
    ...seenLines(flow, view, stopped.length === 0),
    ...(flow.agree === 'contradict' ? hang('  ! ', contradictionText(flow), view.width).map(style.risky) : []),
  ];
}

/** Where both ways to know say the same and nothing stands in the way, one line is enough. */
function seenLines({ observed, predicted, agree }: FlowReport, view: View, free: boolean): readonly string[] {
  if (free && agree === 'agree' && !view.verbose) return hang('  ', `${harmless(observed)}, as predicted`, view.width);
  return [
    ...hang('  observed   ', harmless(observed), view.width),
    ...hang('  predicted  ', harmless(predicted), view.width),
  ];
}

/** Two independent ways to know disagree: something stands where we cannot look. */
export function contradictionText({ hops }: FlowReport): string {
  const seen = hops.filter(({ state }) => state !== 'unknown').at(-1);
  const last = seen === undefined ? '' : `; the last hop with evidence is ${harmless(seen.name)}`;
  return (
    'prediction and observation contradict each other: something that was not read decides here ' +
    `(eBPF, a cloud firewall, the network between the nodes)${last}`
  );
}

/** The whole walk, a line a step, for `-o wide` and `path`. */
export function stepLines(flow: FlowReport, view: View): readonly string[] {
  const style = createStyle(view);
  const mark = { ok: style.mark.ok, stop: style.mark.broken, unknown: style.mark.unknown };
  let hop = '';
  return flow.steps.flatMap((step) => {
    const title = step.hop === hop ? [] : [`  ${style.strong(harmless(step.hop))}`];
    hop = step.hop;
    const trail = (step.trail ?? []).map((rule) => style.dim(`        ${harmless(rule)}`));
    const cites = step.cites === '' || step.cites === step.says ? [] : [style.dim(`        ${harmless(step.cites)}`)];
    // Only where it ends: a command under each of thirty steps would hide the one that is needed.
    const see = step.mark === 'ok' || !step.command ? [] : [`        see it: ${harmless(step.command)}`];
    return [...title, ...hang(`    ${mark[step.mark]} `, harmless(step.says), view.width), ...trail, ...cites, ...see];
  });
}
