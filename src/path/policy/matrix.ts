// Every pair of pods of a namespace, at every port that the one declares: what policies say of it.
import type { Know } from '../../facts/fact.js';
import type { PodObject, PolicyObject } from '../../facts/kube.js';
import type { Enforcer, OtherPolicies } from '../../facts/policy.js';
import { POD_FIELDS, readPod } from '../../facts/read/kube-pod.js';
import { readPolicy } from '../../facts/read/kube-policy.js';
import { askList, namespaced } from '../../facts/sources/api.js';
import type { PolicedPod } from '../../model/policed.js';
import { policiesPath, type Labels } from '../../model/policies.js';
import { selects } from '../../model/selects.js';
import { CLUSTER, podSubject } from '../../target/subject.js';
import { intend, type Intended } from './intended.js';

export interface Port {
  readonly port: number;
  readonly protocol: string;
}
export interface MatrixInput {
  readonly namespace: string;
  readonly pods: readonly PodObject[];
  readonly policies: readonly PolicyObject[];
  readonly others: OtherPolicies;
  readonly enforcer: Enforcer;
  /** Absent: they could not be read. */
  readonly labels?: Labels;
}
export interface Cell extends Port {
  readonly from: PodObject;
  readonly to: PodObject;
  readonly told: Extract<Intended, { kind: 'told' }>;
}

export const matrixInput =
  (namespace: string) =>
  (know: Know): MatrixInput => {
    know.ahead([[CLUSTER, 'otherPolicies']]);
    const subject = podSubject(namespace, '');
    const labels = know.peek(subject, 'namespaceLabels');
    return {
      namespace,
      pods: askList(know, namespaced('', namespace, 'pods'), POD_FIELDS).map(readPod),
      policies: askList(know, policiesPath(namespace)).map(readPolicy),
      others: know.get(CLUSTER, 'otherPolicies'),
      enforcer: know.get(CLUSTER, 'enforcer'),
      ...(labels.kind === 'unknown' ? {} : { labels: labels.value }),
    };
  };

export function matrixCells(input: MatrixInput, asked?: Port): readonly Cell[] {
  const { pods, enforcer, others } = input;
  const seen = pods.filter(({ hostNetwork, ip, phase }) => !hostNetwork && ip !== undefined && phase === 'Running');
  const ends = new Map(seen.map((pod) => [pod, endOf(pod, input)]));
  const common = { kind: 'read', enforcer, observed: 'none', dns: false, translated: false, siblings: pods } as const;
  return seen.flatMap((to) =>
    portsOf(to, asked).flatMap(({ port, protocol }) =>
      seen
        .filter((from) => from !== to)
        .map((from): Cell => {
          const [source, dest] = [ends.get(from), ends.get(to)];
          if (!source || !dest) throw new Error('a pod of the matrix without its end');
          const told = intend({ ...common, source, dests: [{ end: dest, port }], protocol }, others);
          return { from, to, port, protocol, told };
        }),
    ),
  );
}

function endOf(pod: PodObject, { policies, labels, namespace }: MatrixInput): PolicedPod {
  const selecting = policies.filter(({ podSelector }) => selects(podSelector, pod.labels));
  const seen = labels
    ? { namespaceLabels: labels }
    : { unreadLabels: `the labels of namespace "${namespace}" could not be read` };
  return { kind: 'pod', pod, selecting, ...seen };
}

/** The ports it declares, by number; one that declares none is asked at the port given, or not at all. */
function portsOf({ containers }: PodObject, asked: Port | undefined): readonly Port[] {
  if (asked) return [asked];
  const declared = containers.flatMap(({ ports }) => ports.map(({ port, protocol }) => ({ port, protocol })));
  return [...new Map(declared.map((one) => [`${one.port}/${one.protocol}`, one])).values()];
}
