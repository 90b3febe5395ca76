// Policies and both ends of a flow for the examples of checks.
import type { PolicyObject } from '../facts/kube.js';
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

const namespaceLabels = { 'kubernetes.io/metadata.name': 'shop' };
export const policed = {
  kind: 'read',
  enforces: true,
  observed: 'timeout',
  source: {
    pod: pod({ name: 'web', uid: 'web', ip: '10.244.1.4', labels: { app: 'web' } }),
    selecting: [],
    namespaceLabels,
  },
  dest: { pod: pod(), selecting: [], namespaceLabels },
  address: '10.244.1.7',
  port: 8080,
  protocol: 'TCP',
  dns: false,
} as const;
