// Pods at either end of a flow whose programs do not run: nobody is there to send or to answer.
import type { Source } from '../facts/fact.js';
import type { PodObject } from '../facts/kube.js';
import { podSubject, type Subject } from '../target/subject.js';
import { reason } from './unready.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    idle: readonly Idle[];
  }
}
export interface Idle {
  readonly namespace: string;
  readonly name: string;
  /** `pod/api does not run`, or which of its containers. */
  readonly what: string;
  readonly why: string;
}

export const idle: Source<'flow', readonly Idle[]> = (flow, know) => {
  const { source, pod } = know.get(flow, 'ends');
  const ends = [
    ...(source ? [{ pod: source, what: whole(source) }] : []),
    ...(pod ? [{ pod, what: whole(pod) ?? serving(pod, flow) }] : []),
  ].flatMap(({ pod: of, what }) =>
    what === undefined ? [] : [{ of, what, subject: podSubject(of.namespace, of.name) }],
  );
  know.ahead(ends.map(({ subject }) => [subject, 'events'] as const));
  return ends.map(({ of, what, subject }) => {
    const events = know.peek(subject, 'events');
    const why = reason(of, events.kind === 'unknown' ? [] : events.value);
    return { namespace: of.namespace, name: of.name, what, why };
  });
};

function whole(pod: PodObject): string | undefined {
  const isUp = pod.phase === 'Running' && pod.containers.some(({ running }) => running);
  return isUp ? undefined : `pod/${pod.name} does not run`;
}

/** Where containers declare ports, the one that should answer may be down while its neighbours run. */
function serving({ name, containers }: PodObject, { port, protocol }: Subject<'flow'>): string | undefined {
  const declaring = containers.filter(({ ports }) =>
    ports.some((each) => each.port === port && each.protocol.toLowerCase() === protocol),
  );
  const [first] = declaring;
  if (!first || declaring.some(({ running }) => running)) return undefined;
  return `container ${first.name} of pod/${name}, which declares port ${port}, does not run`;
}
