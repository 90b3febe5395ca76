// NetworkPolicies that concern a pod, and what both ends of a flow must be allowed by.
import type { Know, Source } from '../facts/fact.js';
import type { CniSetup, PodObject, PolicyObject } from '../facts/kube.js';
import { readPolicy } from '../facts/read/kube-policy.js';
import { at, strings } from '../facts/read/untyped.js';
import { askList, askObject, namespaced } from '../facts/sources/api.js';
import { CLUSTER, podSubject, type Subject } from '../target/subject.js';
import { observedEnd, type Observed } from './observed.js';
import { selects } from './selects.js';

declare module '../facts/fact.js' {
  interface PodFacts {
    policies: PodPolicies;
  }
  interface FlowFacts {
    policed: Policed;
  }
}
export interface PodPolicies {
  /** Policies of the pod's namespace that select it. */
  readonly selecting: readonly PolicyObject[];
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly enforces: CniSetup['enforcesPolicy'];
  readonly cni: string;
}
export interface PolicedEnd {
  readonly pod: PodObject;
  readonly selecting: readonly PolicyObject[];
  readonly namespaceLabels: Readonly<Record<string, string>>;
}
export type Policed =
  | { readonly kind: 'does-not-apply'; readonly why: string }
  | {
      readonly kind: 'read';
      readonly enforces: CniSetup['enforcesPolicy'];
      readonly observed: Observed;
      readonly source: PolicedEnd;
      /** Absent: the destination is no pod. */
      readonly dest?: PolicedEnd;
      /** As the backend sees it: policies are about what is behind a Service's address. */
      readonly address: string;
      readonly port: number;
      readonly protocol: string;
      readonly dns: boolean;
    };

export const policies: Source<'pod', PodPolicies> = (pod, know) => {
  const object = know.get(pod, 'object');
  const { enforcesPolicy, name } = know.get(CLUSTER, 'cni');
  const found = askList(know, namespaced('networking.k8s.io/v1', pod.namespace, 'networkpolicies')).map(readPolicy);
  const namespace = askObject(know, `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}`);
  return {
    // A pod in its node's network has no address of its own to apply a policy to.
    selecting:
      object === 'absent' || object.hostNetwork
        ? []
        : found.filter(({ podSelector }) => selects(podSelector, object.labels)),
    namespaceLabels: {
      ...strings(at(namespace, 'metadata', 'labels')),
      'kubernetes.io/metadata.name': pod.namespace,
    },
    enforces: enforcesPolicy,
    cni: name,
  };
};

export const policed: Source<'flow', Policed> = (flow, know) => {
  const { source, pod, endpoints } = know.get(flow, 'ends');
  if (!source) return { kind: 'does-not-apply', why: 'the flow starts at no pod' };
  if (source.hostNetwork)
    return { kind: 'does-not-apply', why: 'policies do not see pods that share their node’s network' };
  const backend = pod ? undefined : endpoints.find((endpoint) => endpoint.ready && endpoint.pod);
  const behind = pod ?? (backend?.pod && objectOf(backend.pod, know));
  const { enforces } = know.get(podSubject(source.namespace, source.name), 'policies');
  return {
    kind: 'read',
    enforces,
    observed: observedEnd(flow, know),
    source: endOf(source, know),
    ...(behind ? { dest: endOf(behind, know) } : {}),
    address: backend?.ip ?? flow.address,
    port: backend?.port ?? flow.port,
    protocol: flow.protocol.toUpperCase(),
    dns: isDns(flow),
  };
};

const isDns = ({ port, service }: Subject<'flow'>): boolean => port === 53 && service?.name === 'kube-dns';

function objectOf(named: { readonly namespace: string; readonly name: string }, know: Know): PodObject | undefined {
  const object = know.get(podSubject(named.namespace, named.name), 'object');
  return object === 'absent' ? undefined : object;
}

function endOf(pod: PodObject, know: Know): PolicedEnd {
  const { selecting, namespaceLabels } = know.get(podSubject(pod.namespace, pod.name), 'policies');
  return { pod, selecting, namespaceLabels };
}
