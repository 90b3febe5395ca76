// The kinds of thing a cluster has, and the one people ask about: a flow.

/** Where a packet starts. `outside` is a client beyond the nodes. */
export type Place =
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'outside' };

export type Protocol = 'tcp' | 'udp';

export interface Subjects {
  cluster: { readonly kind: 'cluster' };
  node: { readonly kind: 'node'; readonly name: string };
  pod: { readonly kind: 'pod'; readonly namespace: string; readonly name: string };
  service: { readonly kind: 'service'; readonly namespace: string; readonly name: string };
  flow: {
    readonly kind: 'flow';
    readonly source: Place;
    readonly protocol: Protocol;
    readonly address: string;
    readonly port: number;
    /** The Service whose address this is, or whose backend `address` is. */
    readonly service?: { readonly namespace: string; readonly name: string; readonly port: string };
    /** Set when `address` is a pod's: one flow per backend of the Service, or the pod asked for. */
    readonly pod?: { readonly namespace: string; readonly name: string; readonly node?: string };
    /** Set when people asked by name: the name they would type. */
    readonly host?: string;
    /** How often to try it, where people asked for a number. */
    readonly tries?: number;
  };
}
export type SubjectKind = keyof Subjects;
export type Subject<K extends SubjectKind = SubjectKind> = Subjects[K];

export const CLUSTER: Subject<'cluster'> = { kind: 'cluster' };
export const nodeSubject = (name: string): Subject<'node'> => ({ kind: 'node', name });
export const podSubject = (namespace: string, name: string): Subject<'pod'> => ({ kind: 'pod', namespace, name });
export const serviceSubject = (namespace: string, name: string): Subject<'service'> => ({
  kind: 'service',
  namespace,
  name,
});

export function placeText(place: Place): string {
  if (place.kind === 'outside') return 'outside';
  return place.kind === 'pod' ? `pod/${place.name}` : `node/${place.name}`;
}

/** One line, unique among the subjects of a run: also the key under which facts are remembered. */
export function subjectKey(subject: Subject): string {
  switch (subject.kind) {
    case 'cluster':
      return 'cluster';
    case 'node':
      return `node/${subject.name}`;
    case 'flow':
      return `flow/${placeKey(subject.source)}>${subject.protocol}:${subject.address}:${subject.port}`;
    default:
      return `${subject.kind}/${subject.namespace}/${subject.name}`;
  }
}

function placeKey(place: Place): string {
  return place.kind === 'pod' ? `pod/${place.namespace}/${place.name}` : placeText(place);
}

/** As people would write it: what a report's line is about. */
export function subjectText(subject: Subject): string {
  if (subject.kind === 'cluster') return 'cluster';
  if (subject.kind === 'node') return `node/${subject.name}`;
  if (subject.kind === 'pod') return `pod/${subject.name} -n ${subject.namespace}`;
  if (subject.kind === 'service') return `svc/${subject.name} -n ${subject.namespace}`;
  const to = subject.pod ? `pod/${subject.pod.name}` : subject.service ? `svc/${subject.service.name}` : subject.host;
  const end = `${subject.address || 'no address'}:${subject.port}/${subject.protocol}`;
  return `${placeText(subject.source)} -> ${to ? `${to} (${end})` : end}`;
}
