// What each flow was seen to do, and what stands on its way: what ranking weighs findings against.
import type { Fact } from '../facts/fact.js';
import type { Attempt, AttemptEnd, Attempts } from '../facts/observation.js';
import type { Prediction } from '../path/prediction.js';
import type { Subject } from '../target/subject.js';

/** One word for all tries of a flow. `none`: nothing was tried, or nothing could be told. */
export type Seen = AttemptEnd | 'mixed' | 'none';

export interface FlowSeen {
  readonly subject: Subject<'flow'>;
  readonly observed: Seen;
  readonly tries: readonly Attempt[];
  readonly path: { readonly nodes: readonly string[]; readonly pods: readonly string[]; readonly service?: string };
}

export function seenOf(
  subject: Subject<'flow'>,
  facts: { readonly attempts?: Fact<Attempts> | undefined; readonly predicted?: Fact<Prediction> | undefined },
): FlowSeen {
  const { attempts, predicted } = facts;
  const tries = attempts && attempts.kind !== 'unknown' ? attempts.value.tries : [];
  const hops =
    predicted && predicted.kind !== 'unknown' ? predicted.value.branches.flatMap(({ hops: each }) => each) : [];
  const names = [...new Set(hops.map(({ netns }) => netns))];
  const own = subject.pod ? [`${subject.pod.namespace}/${subject.pod.name}`] : [];
  const source = subject.source.kind === 'pod' ? [`${subject.source.namespace}/${subject.source.name}`] : [];
  const walked = (kind: string): readonly string[] =>
    names.filter((name) => name.startsWith(`${kind}/`)).map((name) => name.slice(kind.length + 1));
  return {
    subject,
    observed: endOf(tries),
    tries,
    path: {
      nodes: [...new Set([...walked('node'), ...(subject.pod?.node ? [subject.pod.node] : [])])],
      pods: [...new Set([...walked('pod'), ...source, ...own])],
      ...(subject.service ? { service: `${subject.service.namespace}/${subject.service.name}` } : {}),
    },
  };
}

export function endOf(tries: readonly Attempt[]): Seen {
  const ends = [...new Set(tries.map(({ end }) => end).filter((end) => end !== 'unknown'))];
  const [only, ...more] = ends;
  if (only === undefined) return 'none';
  return more.length > 0 ? 'mixed' : only;
}

/** Every try worked. One lost packet in many is already something to explain. */
export const works = ({ observed, tries }: FlowSeen): boolean => observed === 'connected' && tries.length > 0;
