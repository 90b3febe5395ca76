// Every NetworkPolicy of the cluster and what it could select: read only when the whole cluster is examined.
import type { Source } from '../facts/fact.js';
import type { PodObject, PolicyObject, ServiceObject } from '../facts/kube.js';
import type { Enforcer } from '../facts/policy.js';
import { readService } from '../facts/read/kube-objects.js';
import { readPolicy } from '../facts/read/kube-policy.js';
import { at, strings, text } from '../facts/read/untyped.js';
import { askList, listRequest } from '../facts/sources/api.js';
import { CLUSTER, nodeSubject } from '../target/subject.js';
import { nameLabel, type Labels } from './policies.js';

declare module '../facts/fact.js' {
  interface ClusterFacts {
    policySurvey: PolicySurvey;
  }
}
export interface PolicySurvey {
  readonly policies: readonly PolicyObject[];
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly pods: readonly PodObject[];
  readonly services: readonly ServiceObject[];
  readonly ranges: { readonly pods: readonly string[]; readonly services: readonly string[] };
  readonly enforcer: Enforcer;
}

const POLICIES = '/apis/networking.k8s.io/v1/networkpolicies';
const NAMESPACES = ['/api/v1/namespaces', ['metadata.name', 'metadata.labels']] as const;
/** Their labels are what monitors select by. */
export const SERVICES = [
  '/api/v1/services',
  ['metadata.namespace', 'metadata.name', 'metadata.labels', 'spec'],
] as const;

export const policySurvey: Source<'cluster', PolicySurvey> = (_, know) => {
  know.begin([listRequest(POLICIES)]);
  know.ahead((['cidrs', 'enforcer', 'nodes'] as const).map((key) => [CLUSTER, key]));
  const policies = askList(know, POLICIES).map(readPolicy);
  const { pods: podRanges, services: serviceRanges } = know.get(CLUSTER, 'cidrs');
  const enforcer = know.get(CLUSTER, 'enforcer');
  const ranges = { pods: podRanges, services: serviceRanges };
  const nothing = { policies, namespaces: new Map(), pods: [], services: [], ranges, enforcer };
  if (policies.length === 0) return nothing;
  know.begin([listRequest(...NAMESPACES), listRequest(...SERVICES)]);
  const namespaces = askList(know, ...NAMESPACES).map((one): readonly [string, Labels] => {
    const name = text(at(one, 'metadata', 'name')) ?? '';
    return [name, { ...strings(at(one, 'metadata', 'labels')), ...nameLabel(name) }];
  });
  const services = askList(know, ...SERVICES).map(readService);
  // Each node's pods are read anyway when the whole cluster is examined.
  const pods = know.get(CLUSTER, 'nodes').flatMap(({ name }) => know.get(nodeSubject(name), 'pods'));
  return { ...nothing, namespaces: new Map(namespaces), pods, services };
};
