// Policies beside networking.k8s.io/v1, as far as we use them, and who enforces any. Readers cut them down to this.
import type { Selector } from './kube.js';

export type EnforcerName = 'kube-router' | 'calico' | 'cilium' | 'kube-network-policies' | 'antrea' | 'ovn-kubernetes';

export interface Enforcer {
  /** `other`: one that we know by name only; `none`: nobody; `unknown`: the API does not tell. */
  readonly name: EnforcerName | 'other' | 'none' | 'unknown';
  /** As people call it: the engine, or where there is none the CNI. */
  readonly says: string;
  readonly enforces: boolean | 'unknown';
  readonly daemonSet?: { readonly namespace: string; readonly name: string };
  /** As its image's tag says, `1.16.5`; absent where the tag is no version. */
  readonly version?: string;
  /** What of its configuration changes how it reads policies. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Pods by their own labels and their namespace's. */
export interface PodsIn {
  readonly namespaces: Selector;
  readonly pods: Selector;
}

/** Everything that may allow or deny beside a namespace's own NetworkPolicies. */
export interface OtherPolicies {
  readonly admin: readonly AdminPolicy[];
  readonly cilium?: readonly CiliumPolicy[];
  readonly calico?: { readonly policies: readonly CalicoPolicy[]; readonly tiers: readonly CalicoTier[] };
}

export type RuleAction = 'allow' | 'deny' | 'pass';

/** AdminNetworkPolicy, BaselineAdminNetworkPolicy and their successor ClusterNetworkPolicy. */
export interface AdminPolicy {
  readonly kind: 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy' | 'ClusterNetworkPolicy';
  readonly name: string;
  readonly tier: 'admin' | 'baseline';
  /** The lower goes first. */
  readonly priority: number;
  readonly subject: PodsIn;
  readonly ingress: readonly AdminRule[];
  readonly egress: readonly AdminRule[];
}
export interface AdminRule {
  readonly name?: string;
  readonly action: RuleAction;
  readonly peers: readonly AdminPeer[];
  /** Absent: every port of every protocol. */
  readonly ports?: readonly AdminPort[];
}
export type AdminPeer =
  | { readonly kind: 'pods'; readonly pods: PodsIn }
  | { readonly kind: 'nodes'; readonly nodes: Selector }
  | { readonly kind: 'networks'; readonly cidrs: readonly string[] }
  /** Domain names, or a field of a newer API: what it means cannot be told from the object. */
  | { readonly kind: 'undecided'; readonly why: string };
export interface AdminPort {
  readonly protocol?: string;
  readonly from?: number;
  readonly to?: number;
  /** A container port's name. */
  readonly named?: string;
}

export interface CiliumPolicy {
  readonly kind: 'CiliumNetworkPolicy' | 'CiliumClusterwideNetworkPolicy';
  readonly name: string;
  readonly namespace?: string;
  readonly endpoints: Selector;
  /** Absent: it is not about this direction. */
  readonly ingress?: CiliumSide;
  readonly egress?: CiliumSide;
}
export interface CiliumSide {
  readonly isolates: boolean;
  readonly allow: readonly CiliumRule[];
  readonly deny: readonly CiliumRule[];
}
export interface CiliumRule {
  readonly isEmpty: boolean;
  /** Absent: anybody. */
  readonly peers?: readonly CiliumPeer[];
  readonly ports?: readonly { readonly protocol: string; readonly port?: number | string; readonly endPort?: number }[];
  /** Why a match is not the end of it. */
  readonly undecided?: string;
}
export type CiliumPeer =
  | { readonly kind: 'endpoints'; readonly selector: Selector }
  | { readonly kind: 'entity'; readonly name: string }
  | { readonly kind: 'block'; readonly cidr: string; readonly except: readonly string[] }
  | { readonly kind: 'undecided'; readonly why: string };

export interface CalicoTier {
  readonly name: string;
  readonly order: number;
}
export interface CalicoPolicy {
  readonly kind: 'NetworkPolicy' | 'GlobalNetworkPolicy';
  readonly name: string;
  readonly namespace?: string;
  readonly tier: string;
  readonly order: number;
  /** In Calico's own language; empty selects everything. */
  readonly selector: string;
  readonly namespaceSelector?: string;
  readonly types: readonly ('Ingress' | 'Egress')[];
  readonly ingress: readonly CalicoRule[];
  readonly egress: readonly CalicoRule[];
  readonly undecided?: string;
}
export interface CalicoRule {
  /** `log` decides nothing. */
  readonly action: RuleAction | 'log';
  readonly protocol?: string;
  readonly source: CalicoEnd;
  readonly destination: CalicoEnd;
  readonly undecided?: string;
}
export interface CalicoEnd {
  readonly selector?: string;
  readonly namespaceSelector?: string;
  readonly notSelector?: string;
  readonly nets: readonly string[];
  readonly notNets: readonly string[];
  /** `80`, `8000:8100`, or a name. */
  readonly ports: readonly string[];
  readonly notPorts: readonly string[];
  readonly undecided?: string;
}
