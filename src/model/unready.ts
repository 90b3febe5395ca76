// Why the pods behind a Service are not ready, in the kubelet's own words.
import type { Know, Source } from '../facts/fact.js';
import type { EventObject, PodObject } from '../facts/kube.js';
import { nodeSubject, podSubject } from '../target/subject.js';

declare module '../facts/fact.js' {
  interface ServiceFacts {
    /** Selected pods that are not ready, each with the reason. */
    unready: readonly Unready[];
  }
}
export interface Unready {
  readonly pod: string;
  readonly why: string;
}

/** One pod's events tell what its siblings' would: a Deployment of a thousand is not asked a thousand times. */
const ASKED = 3;

export const unready: Source<'service', readonly Unready[]> = (service, know) => {
  const pods = know.get(service, 'selectedPods').filter(({ ready, phase }) => !ready && phase !== 'Succeeded');
  const asked = pods.slice(0, ASKED).map(({ namespace, name }) => podSubject(namespace, name));
  know.ahead(asked.map((pod) => [pod, 'events'] as const));
  const all = pods.map((pod, at) => {
    const events = asked[at] && know.peek(asked[at], 'events');
    return { pod: pod.name, why: reason(pod, events && events.kind !== 'unknown' ? events.value : []) };
  });
  lookBeneath(know, pods, all);
  return all;
};

/** What a probe says that got no answer, or of which nothing is told but that it failed. */
const NO_ANSWER =
  /deadline exceeded|Client\.Timeout|i\/o timeout|timed out|no route to host|unreachable|does not succeed$/;

/**
 * The kubelet asks a pod over the node's own network. A program that hangs and a bridge that is down look the same to
 * it, so that no pod may be blamed for its silence by whoever has not looked at the node.
 */
export function lookBeneath(know: Know, pods: readonly PodObject[], all: readonly Unready[]): void {
  const silent = pods.filter((_, at) => NO_ANSWER.test(all[at]?.why ?? '')).slice(0, ASKED);
  const nodes = [...new Set(silent.flatMap(({ node }) => node ?? []))].map(nodeSubject);
  know.ahead(nodes.map((node) => [node, 'links'] as const));
  for (const node of nodes) know.get(node, 'links');
}

export function unreadyText(pods: number, [first, ...more]: readonly Unready[]): string {
  if (!first)
    return `${pods} selected pods are ready, but no EndpointSlice holds one: the controller that writes them lags or is down`;
  const others = more.length > 0 ? `, and ${more.length} more` : '';
  return `none of ${pods} selected pods is ready: pod/${first.pod}: ${first.why}${others}`;
}

/** The most telling first: a condition only repeats that containers are not ready. */
export function reason(pod: PodObject, events: readonly EventObject[]): string {
  const waiting = pod.containers.find(
    (container) => container.waiting && !/^(PodInit|ContainerCreat)ing/.test(container.waiting),
  );
  const ended = pod.containers.find(({ running, terminated }) => !running && terminated);
  const warning = lastOf(events, sinceMs(pod), [
    'Unhealthy',
    'FailedScheduling',
    'FailedCreatePodSandBox',
    'FailedMount',
    'BackOff',
  ]);
  const probe = pod.containers.find(({ ready, running, readiness }) => running && !ready && readiness);
  if (pod.deleting) return 'is being deleted';
  if (waiting) return brief(waiting.waiting ?? '');
  if (warning) return brief(`${warning.reason}: ${warning.message}`);
  if (ended) return brief(`container ${ended.name} ended: ${ended.terminated ?? ''}`);
  if (probe) return `readiness probe ${probe.readiness ?? ''} does not succeed`;
  return brief(pod.notReady ?? `phase ${pod.phase}`);
}

function lastOf(events: readonly EventObject[], since: number, reasons: readonly string[]): EventObject | undefined {
  const telling = events.filter(({ reason: name, lastAt }) => reasons.includes(name) && !(Date.parse(lastAt) < since));
  return telling.toSorted((a, b) => a.lastAt.localeCompare(b.lastAt)).at(-1);
}

/** The kubelet's clock against the API server's, and the moment an event waits to be sent. */
const SLACK_SECONDS = 5;

/** When it may first have been ill: what was said before is of another illness, and an event lives for an hour. */
function sinceMs({ readySince, containers }: PodObject): number {
  const after = Math.max(0, ...containers.map(({ unreadyAfterSeconds = 0 }) => unreadyAfterSeconds));
  return readySince === undefined ? 0 : Date.parse(readySince) - (after + SLACK_SECONDS) * 1000;
}

const LONG = 160;
const brief = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONG ? `${line.slice(0, LONG)}…` : line;
};
