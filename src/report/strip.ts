// The way of a packet on one line: pod/web ✓ → node/w1 ✓ → node/w2 ✗
import type { FlowReport, StripHop } from './report.js';
import { createStyle, harmless, type Style, type View } from './style.js';
import { hang } from './wrap.js';

export function stripText(hops: readonly StripHop[], style: Style): string {
  return hops.map(({ name, state }) => `${harmless(name)} ${style.mark[state]}`).join(` ${style.arrow} `);
}

export function flowLines(flow: FlowReport, view: View): readonly string[] {
  const style = createStyle(view);
  const strip = stripText(flow.hops, style);
  const stopped = flow.hops.filter(({ state }) => state !== 'ok');
  const stops = stopped.flatMap(({ name, state, says }) => {
    return hang(`  ${style.mark[state]} ${harmless(name)}: `, harmless(says), view.width);
  });
  const broken = stopped.some(({ state }) => state === 'broken');
  const paint = broken ? style.broken : stopped.length > 0 ? style.risky : style.ok;
  return [
    ...(strip === '' ? [style.strong(harmless(flow.name))] : hang('', strip, view.width).map(paint)),
    ...stops,
    ...hang('  observed   ', harmless(flow.observed), view.width),
    ...hang('  predicted  ', harmless(flow.predicted), view.width),
    ...(flow.agree === 'contradict' ? hang('  ! ', contradictionText(flow), view.width).map(style.risky) : []),
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
    const cites = step.cites === '' ? [] : [style.dim(`        ${harmless(step.cites)}`)];
    return [...title, ...hang(`    ${mark[step.mark]} `, harmless(step.says), view.width), ...cites];
  });
}
