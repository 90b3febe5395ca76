// Where a report says that a packet's path ends, held against the place where a fault cut it.
import type { PathEnd } from './fault.js';
import type { FlowSaid } from './product.js';

export interface PathJudged {
  readonly holds: boolean;
  /** Where the report says that it ends. */
  readonly words: string;
}

/** Of a report's flows the first whose path is not free tells; where all are, the one that was asked for. */
export function judgePath(flows: readonly FlowSaid[], wanted: PathEnd): PathJudged {
  const flow = flows.find(({ hops }) => hops.some(({ state }) => state !== 'ok')) ?? flows[0];
  const end = flow && endOf(flow);
  if (!end) return { holds: false, words: 'no path' };
  return {
    holds: [wanted.hop].flat().includes(end.hop) && end.text.includes(wanted.cites),
    words: `${end.hop}: ${end.text}`,
  };
}

interface End {
  readonly hop: string;
  readonly text: string;
}

/** The step that stops it, before any answer to it; of a path that leaves or is lost sight of, all that its last hop did. */
function endOf({ steps, hops }: FlowSaid): End | undefined {
  const last = steps.find(({ mark }) => mark === 'stop') ?? steps.at(-1);
  if (!last) return undefined;
  const before = steps.findLastIndex(({ hop }) => hop !== last.hop);
  const told = last.mark === 'stop' ? [last] : steps.slice(before + 1);
  const open = hops.flatMap(({ state, says }) => (state === 'unknown' ? [says] : []));
  const texts = [
    ...told.flatMap(({ says, cites, trail = [], command = '' }) => [says, ...trail, cites, command]),
    ...open,
  ];
  return { hop: last.hop.replace(/ \(reply\)$/, ''), text: texts.filter((each) => each !== '').join(' | ') };
}
