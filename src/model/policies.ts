// NetworkPolicies that select a pod, and the labels by which policies see its namespace.
import type { Source } from '../facts/fact.js';
import type { PolicyObject } from '../facts/kube.js';
import type { Enforcer } from '../facts/policy.js';
import { readPolicy } from '../facts/read/kube-policy.js';
import { at, strings } from '../facts/read/untyped.js';
import { askList, askObject, listRequest, namespaced, objectRequest } from '../facts/sources/api.js';
import { CLUSTER } from '../target/subject.js';
import { selects } from './selects.js';

declare module '../facts/fact.js' {
  interface PodFacts {
    policies: PodPolicies;
    namespaceLabels: Labels;
  }
}
export type Labels = Readonly<Record<string, string>>;

export interface PodPolicies {
  /** NetworkPolicies of the pod's namespace that select it. */
  readonly selecting: readonly PolicyObject[];
  readonly enforcer: Enforcer;
}

export const policiesPath = (namespace: string): string =>
  namespaced('networking.k8s.io/v1', namespace, 'networkpolicies');
const namespacePath = (namespace: string): string => `/api/v1/namespaces/${encodeURIComponent(namespace)}`;

export const policies: Source<'pod', PodPolicies> = (pod, know) => {
  know.begin([listRequest(policiesPath(pod.namespace))]);
  know.ahead([[CLUSTER, 'enforcer']]);
  const object = know.get(pod, 'object');
  const all = askList(know, policiesPath(pod.namespace)).map(readPolicy);
  // A pod in its node's network has no address of its own to apply a policy to.
  const isSeen = object !== 'absent' && !object.hostNetwork;
  return {
    selecting: isSeen ? all.filter(({ podSelector }) => selects(podSelector, object.labels)) : [],
    enforcer: know.get(CLUSTER, 'enforcer'),
  };
};

/** The API server sets the name as a label on every namespace (since 1.21), so it is there without being read. */
export const nameLabel = (namespace: string): Labels => ({ 'kubernetes.io/metadata.name': namespace });

export const namespaceLabels: Source<'pod', Labels> = ({ namespace }, know) => {
  know.begin([objectRequest(namespacePath(namespace))]);
  const object = askObject(know, namespacePath(namespace));
  return { ...strings(at(object, 'metadata', 'labels')), ...nameLabel(namespace) };
};
