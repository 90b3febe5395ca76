// What kube-router calls its sets: hashes of the policy and the rule (v2.2.1 policy.go). Chains carry the sync's version
// in their hash and are found by their comments instead.
import type { PolicyObject } from '../../facts/kube.js';
import { hash } from '../../model/chain-names.js';
import type { Direction } from './traffic.js';

const FAMILY = 'IPv4';

type Named = Pick<PolicyObject, 'namespace' | 'name'>;

/** The pods that the policy selects: where packets go for ingress, where they come from for egress. */
export const selectedSet = ({ namespace, name }: Named, direction: Direction): string =>
  `${direction === 'Ingress' ? 'KUBE-DST-' : 'KUBE-SRC-'}${hash(`${namespace}${name}${FAMILY}`)}`;

/** The pods, or the blocks, of a rule's peers; rules count from 0. */
export const peerSet = (
  { namespace, name }: Named,
  { direction, rule, of }: { readonly direction: Direction; readonly rule: number; readonly of: 'pod' | 'ipblock' },
): string => {
  const [prefix, way] = direction === 'Ingress' ? ['KUBE-SRC-', 'ingressrule'] : ['KUBE-DST-', 'egressrule'];
  return `${prefix}${hash(`${namespace}${name}${way}${rule}${FAMILY}${of}`)}`;
};
