// From a workload's name to one of its pods that runs.
import type { Know } from '../facts/fact.js';
import type { PodObject } from '../facts/kube.js';
import { at, strings } from '../facts/read/untyped.js';
import { POD_FIELDS, readPod } from '../facts/read/kube-pod.js';
import { askList, askObject, namespaced, selected } from '../facts/sources/api.js';
import { podSubject } from '../target/subject.js';
import type { Ref, WorkloadKind } from '../target/target.js';
import { Refused } from './refusal.js';

type Workload = Extract<Ref, { kind: WorkloadKind }>;

const PATHS: Readonly<Record<Exclude<WorkloadKind, 'pod'>, readonly [string, string]>> = {
  deploy: ['apps/v1', 'deployments'],
  sts: ['apps/v1', 'statefulsets'],
  ds: ['apps/v1', 'daemonsets'],
  rs: ['apps/v1', 'replicasets'],
  job: ['batch/v1', 'jobs'],
};

export function runningPod(ref: Workload, know: Know): PodObject {
  if (ref.kind === 'pod') {
    const pod = know.get(podSubject(ref.namespace, ref.name), 'object');
    if (pod === 'absent') throw new Refused(missing('pods', ref, similar(ref.namespace, ref.name, know)));
    return pod;
  }
  const [group, plural] = PATHS[ref.kind];
  const workload = askObject(know, namespaced(group, ref.namespace, `${plural}/${ref.name}`));
  if (workload === undefined) throw new Refused(missing(plural, ref, []));
  const labels = strings(at(workload, 'spec', 'selector', 'matchLabels'));
  const pods = askList(know, selected(namespaced('', ref.namespace, 'pods'), labels), POD_FIELDS).map(readPod);
  const running = pods.filter(({ phase, deleting }) => phase === 'Running' && !deleting);
  const best = running.find(({ ready }) => ready) ?? running[0];
  if (!best) throw new Refused({ kind: 'no-running-pod', what: `${ref.kind}/${ref.name}`, pods: pods.length });
  return best;
}

const missing = (what: string, ref: Workload, near: readonly string[]) =>
  ({ kind: 'absent', what, name: ref.name, namespace: ref.namespace, similar: near }) as const;

/** Names in the same namespace that share the beginning: what a truncated or mistyped name meant. */
function similar(namespace: string, name: string, know: Know): readonly string[] {
  const stem = name.split('-')[0] ?? name;
  return askList(know, `${namespaced('', namespace, 'pods')}?limit=500`, ['metadata.name'])
    .map((pod) => String(at(pod, 'metadata', 'name')))
    .filter((other) => other.startsWith(stem))
    .slice(0, 3);
}
