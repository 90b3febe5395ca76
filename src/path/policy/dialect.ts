// How each enforcer reads what the API leaves to it. A row rests on the enforcer's own source; docs/policy.md prints them.
import type { Enforcer } from '../../facts/policy.js';

/** `unknown`: nobody told us; then nothing may hang on it. */
export type Told = boolean | 'unknown';

export interface Dialect {
  /** As texts call it. */
  readonly name: string;
  /** An ipBlock matches the addresses of pods. */
  readonly blocksSeePods: Told;
  /** An ipBlock matches the addresses of nodes, and so of pods in a node's network. */
  readonly blocksSeeNodes: Told;
  /** A pod's egress policies close the way to its own node too. That from the node is always open, by the API. */
  readonly closesOwnNode: Told;
  readonly endPort: Told;
  /** It enforces AdminNetworkPolicy and its kin (policy.networking.k8s.io). */
  readonly admin: Told;
  /**
   * Whose number a port name stands for. The API says the destination pod's; kube-router-ports.ts and cilium-ports.ts tell
   * what these two do instead.
   */
  readonly portNames: 'destination' | 'kube-router' | 'cilium' | 'unknown';
  /** A namespaceSelector of nothing but NotIn and DoesNotExist matches nodes and the world too: they lack every label. */
  readonly lackingSeesAll: Told;
  /** All ipBlocks of a rule are one set, in which an exception of one takes out of the others too. */
  readonly blocksAreOneSet: Told;
  /** A policy of both types is one chain: either of its sides opens a connection between two pods it selects. */
  readonly oneChain: Told;
  /** Pods that nothing selects are closed. */
  readonly closedUnselected: boolean;
  /** What a client sees of a denial. */
  readonly denies: 'refused' | 'timeout' | 'unknown';
  readonly source: string;
}

/** What the API defines for everybody, and nothing else. */
const UNDEFINED: Dialect = {
  name: 'an enforcer we do not know',
  blocksSeePods: 'unknown',
  blocksSeeNodes: 'unknown',
  closesOwnNode: 'unknown',
  endPort: 'unknown',
  admin: 'unknown',
  portNames: 'destination',
  lackingSeesAll: false,
  blocksAreOneSet: false,
  oneChain: false,
  closedUnselected: false,
  denies: 'unknown',
  source: 'NetworkPolicy API reference and concepts page, kubernetes.io',
};

export const DIALECTS: Readonly<Record<Enforcer['name'], Dialect>> = {
  'kube-router': {
    ...UNDEFINED,
    name: 'kube-router',
    blocksSeePods: true,
    blocksSeeNodes: true,
    closesOwnNode: true,
    endPort: true,
    admin: false,
    portNames: 'kube-router',
    blocksAreOneSet: true,
    oneChain: true,
    denies: 'refused',
    source: 'kube-router v2.2.1, pkg/controllers/netpol/policy.go (rules, sets), pod.go (chains, REJECT)',
  },
  calico: {
    ...UNDEFINED,
    name: 'calico',
    blocksSeePods: true,
    blocksSeeNodes: true,
    closesOwnNode: true,
    endPort: true,
    denies: 'timeout',
    source: 'Calico felix/rules/endpoints.go and policy.go: nets are matched against the packet, denied ones dropped',
  },
  cilium: {
    ...UNDEFINED,
    name: 'cilium',
    blocksSeePods: false,
    blocksSeeNodes: false,
    closesOwnNode: true,
    endPort: 'unknown',
    lackingSeesAll: 'unknown',
    portNames: 'unknown',
    denies: 'timeout',
    source: 'Cilium documentation, network policy: CIDR rules do not match endpoints or nodes; policy-cidr-match-mode',
  },
  'kube-network-policies': {
    ...UNDEFINED,
    name: 'kube-network-policies',
    blocksSeePods: true,
    blocksSeeNodes: true,
    endPort: true,
    denies: 'timeout',
    source: 'kube-network-policies, pkg/networkpolicy/networkpolicy.go (evaluateIPBlocks, evaluatePorts)',
  },
  antrea: { ...UNDEFINED, name: 'antrea' },
  'ovn-kubernetes': {
    ...UNDEFINED,
    name: 'ovn-kubernetes',
    admin: true,
    source: 'network-policy-api conformance reports: ovn-kubernetes passes the AdminNetworkPolicy profile',
  },
  other: UNDEFINED,
  // Nobody enforces them: what they would say is told by the API's own rules.
  none: { ...UNDEFINED, name: 'nobody', admin: false },
  unknown: UNDEFINED,
};

/** The row, as this cluster's settings bend it. */
export function dialectOf({ name, says, settings, version }: Enforcer): Dialect {
  const row = DIALECTS[name];
  if (row === UNDEFINED) return { ...row, name: says };
  if (name !== 'cilium') return row;
  const modes = (settings['policy-cidr-match-mode'] ?? '').split(/[\s,]+/).filter(Boolean);
  return {
    ...row,
    ...ciliumSince(minorOf(version)),
    blocksSeeNodes: modes.includes('nodes'),
    // A mode that we do not know may be about pods.
    blocksSeePods: modes.some((mode) => mode !== 'nodes') ? 'unknown' : false,
    closedUnselected: settings['enable-policy'] === 'always',
  };
}

const minorOf = (version: string | undefined): number | undefined => {
  const [, minor] = /^1\.(\d+)/.exec(version ?? '') ?? [];
  return minor === undefined ? undefined : Number(minor);
};

/**
 * What changed with a release. Port ranges came with 1.16 (pull request 32807); before it endPort was left out without a
 * word (issue 28684). On the way to 1.20 port names of egress began to be looked up in the pods that the rule means alone
 * (pull request 44429), and what 1.19 has of that we do not know. From 1.18 on (39338) selectors may ask for
 * the cluster's name too, which nodes and the world lack: a setting decides, and its default changed with 1.19 (40609).
 */
function ciliumSince(minor: number | undefined): Pick<Dialect, 'endPort' | 'portNames' | 'lackingSeesAll'> {
  if (minor === undefined) return { endPort: 'unknown', portNames: 'unknown', lackingSeesAll: 'unknown' };
  return {
    endPort: minor >= 16,
    portNames: minor < 19 ? 'cilium' : 'unknown',
    lackingSeesAll: minor < 18 ? true : 'unknown',
  };
}
