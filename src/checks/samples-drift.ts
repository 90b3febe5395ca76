// What kube-router has programmed, for the examples of checks.
import type { Drift } from '../path/policy/kube-router-sets.js';
import type { PolicyDrift } from '../path/policy/drift.js';
import { enforcer } from './samples-policy.js';

export const drift = (different: Partial<Drift> = {}): Drift => ({
  node: 'w2',
  pod: { namespace: 'shop', name: 'api-7c9f-x2kq' },
  policy: 'only-web',
  says: 'w2 has not put pod/web (10.244.1.4) into KUBE-SRC-2XJ4YQK3ZT5R6WEA of only-web, which ingress rule 1 admits',
  shows: 'KUBE-SRC-2XJ4YQK3ZT5R6WEA without 10.244.1.4',
  command: 'ipset save KUBE-SRC-2XJ4YQK3ZT5R6WEA',
  hits: 'closes',
  ...different,
});

export type ReadDrift = Extract<PolicyDrift, { kind: 'read' }>;
export const drifted = (different: Partial<ReadDrift> = {}): ReadDrift => ({
  kind: 'read',
  enforcer: enforcer(),
  nodes: ['w1', 'w2'],
  drifts: [],
  says: 'allow',
  observed: 'refused',
  ...different,
});
