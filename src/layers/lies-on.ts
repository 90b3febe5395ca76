// Where a verdict lies: which nodes, pods, Services and flows it is about, and which examined flows pass there.
import { nodeSubject, subjectKey, type Subject } from '../target/subject.js';
import type { Shared } from './causes.js';
import type { FlowSeen as Seen } from './seen.js';
import type { FailedVerdict } from './verdict.js';

/** What ranking looks at of an examined flow; names on its path are in the order in which the packet meets them. */
export type FlowSeen = Pick<Seen, 'subject' | 'observed' | 'path'>;

export interface Place {
  readonly node: ReadonlySet<string>;
  readonly pod: ReadonlySet<string>;
  readonly service: ReadonlySet<string>;
  readonly flow: ReadonlySet<string>;
}

export function placeOf(verdict: FailedVerdict, flows: readonly FlowSeen[]): Place {
  const about = [verdict.subject, ...(verdict.also ?? [])];
  const keys = (kind: Subject['kind']): ReadonlySet<string> =>
    new Set(about.filter((subject) => subject.kind === kind).map(subjectKey));
  const place = { node: keys('node'), pod: keys('pod'), service: keys('service') };
  const flow = flows.filter((seen) => passes(seen, verdict.subject, place)).map(({ subject }) => subjectKey(subject));
  return { ...place, flow: new Set([...keys('flow'), ...flow]) };
}

/** A finding about one flow lies on that flow alone, whatever other things it names. */
function passes({ subject, path }: FlowSeen, about: Subject, place: Omit<Place, 'flow'>): boolean {
  if (about.kind === 'flow') return subjectKey(subject) === subjectKey(about);
  return (
    path.nodes.some((name) => place.node.has(subjectKey(nodeSubject(name)))) ||
    path.pods.some((name) => place.pod.has(`pod/${name}`)) ||
    (path.service !== undefined && place.service.has(`service/${path.service}`))
  );
}

export function shares(where: Shared, left: Place, right: Place): boolean {
  if (where === 'anywhere') return true;
  const kind = where.slice('same-'.length) as keyof Place;
  return [...left[kind]].some((key) => right[kind].has(key));
}

/** How far along the way: 0 is the source. What is on no flow comes last. */
export function hopOf(verdict: FailedVerdict, flows: readonly FlowSeen[]): number {
  const { node, pod, service, flow } = placeOf(verdict, flows);
  const hops = flows
    .filter(({ subject }) => flow.has(subjectKey(subject)))
    .map(({ path }) => {
      const order = [path.pods.slice(0, 1), path.nodes, path.pods.slice(1)];
      const [from = [], nodes = [], to = []] = order;
      const stops = [...from.map(podKey), ...nodes.map(nodeKey), ...to.map(podKey)];
      const at = stops.findIndex((stop) => node.has(stop) || pod.has(stop));
      // A Service is translated on the first node.
      return at >= 0 ? at : service.size > 0 ? from.length : stops.length;
    });
  return Math.min(...hops, Number.MAX_SAFE_INTEGER);
}

const podKey = (name: string): string => `pod/${name}`;
const nodeKey = (name: string): string => subjectKey(nodeSubject(name));
