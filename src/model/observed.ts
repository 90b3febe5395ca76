import type { Know } from '../facts/fact.js';
import type { AttemptEnd } from '../facts/observation.js';
import type { Subject } from '../target/subject.js';

/** `none`: nothing was tried, or nothing could be told. */
export type Observed = AttemptEnd | 'mixed' | 'none';

/** How a flow ended when it was tried, for facts that can do without knowing. */
export function observedEnd(flow: Subject<'flow'>, know: Know): Observed {
  const attempts = know.peek(flow, 'attempts');
  if (attempts.kind === 'unknown') return 'none';
  const ends = [...new Set(attempts.value.tries.map(({ end }) => end).filter((end) => end !== 'unknown'))];
  const [only = 'none', ...more] = ends;
  return more.length > 0 ? 'mixed' : only;
}
