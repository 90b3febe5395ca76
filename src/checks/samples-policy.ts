// Policies and both ends of a flow for the examples of checks.
import type { PolicyObject } from '../facts/kube.js';
import type { Enforcer } from '../facts/policy.js';
import type { Policed, PolicedPod } from '../model/policed.js';
import { intend } from '../path/policy/intended.js';
import { pod } from './samples.js';

export { FLOW_TO_POD } from './samples.js';

/** Closes ingress to every pod of its namespace. */
export const policy = (different: Partial<PolicyObject> = {}): PolicyObject => ({
  namespace: 'shop',
  name: 'default-deny',
  podSelector: { matchLabels: {}, matchExpressions: [] },
  types: ['Ingress'],
  ingress: [],
  egress: [],
  ...different,
});

export const enforcer = (different: Partial<Enforcer> = {}): Enforcer => ({
  name: 'kube-router',
  says: 'kube-router',
  enforces: true,
  daemonSet: { namespace: 'kube-system', name: 'kube-router' },
  settings: {},
  ...different,
});
export const NOBODY: Enforcer = { name: 'none', says: 'flannel', enforces: false, settings: {} };

export type Read = Extract<Policed, { kind: 'read' }>;

const namespaceLabels = { 'kubernetes.io/metadata.name': 'shop' };
export const webEnd: PolicedPod = {
  kind: 'pod',
  pod: pod({ name: 'web', uid: 'web', ip: '10.244.1.4', labels: { app: 'web' } }),
  selecting: [],
  namespaceLabels,
};
export const apiEnd: PolicedPod = { kind: 'pod', pod: pod(), selecting: [], namespaceLabels };

export const policed = (different: Partial<Read> = {}): Read => ({
  kind: 'read',
  enforcer: enforcer(),
  observed: 'refused',
  source: webEnd,
  dests: [{ end: apiEnd, port: 8080 }],
  protocol: 'TCP',
  dns: false,
  translated: false,
  ...different,
});

/** The backend with these policies about it. */
export const into = (...selecting: readonly PolicyObject[]): Pick<Read, 'dests'> => ({
  dests: [{ end: { ...apiEnd, selecting }, port: 8080 }],
});

/** What the evaluator makes of it. */
export const intendedOf = (different: Partial<Read> = {}) => intend(policed(different), { admin: [] });
