// AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1), ClusterNetworkPolicy (v1alpha2): one form for the three.
import type { AdminPeer, AdminPolicy, AdminPort, AdminRule, PodsIn, RuleAction } from '../policy.js';
import { readSelector } from './kube-policy.js';
import { at, defined, list, number, obj, text, texts, type Jsonish } from './untyped.js';

export function readAdminPolicy(policy: Jsonish, kind: AdminPolicy['kind']): AdminPolicy {
  const spec = at(policy, 'spec');
  const isBaseline = kind === 'BaselineAdminNetworkPolicy' || at(spec, 'tier') === 'Baseline';
  const rules = (way: string, side: string): readonly AdminRule[] =>
    list(at(spec, way)).map((rule) => readRule(rule, side, kind));
  return {
    kind,
    name: text(at(policy, 'metadata', 'name')) ?? '',
    tier: isBaseline ? 'baseline' : 'admin',
    // A BaselineAdminNetworkPolicy has none: the API admits one, named default.
    priority: number(at(spec, 'priority')) ?? 0,
    subject: readPods(at(spec, 'subject')) ?? NOBODY,
    ingress: rules('ingress', 'from'),
    egress: rules('egress', 'to'),
  };
}

const EVERY = { matchLabels: {}, matchExpressions: [] };
/** What a subject of a newer API says cannot be read; a selector that no pod can satisfy keeps it out of everything. */
const NOBODY: PodsIn = {
  namespaces: EVERY,
  pods: { matchLabels: {}, matchExpressions: [{ key: 'app', operator: 'In', values: [] }] },
};

/** `namespaces` selects all pods of some; `pods` some pods of some. */
function readPods(peer: Jsonish): PodsIn | undefined {
  const [namespaces, pods] = [at(peer, 'namespaces'), at(peer, 'pods')];
  if (namespaces !== undefined) return { namespaces: readSelector(namespaces), pods: EVERY };
  if (pods === undefined) return undefined;
  return { namespaces: readSelector(at(pods, 'namespaceSelector')), pods: readSelector(at(pods, 'podSelector')) };
}

const ACTIONS: Readonly<Record<string, RuleAction>> = { Allow: 'allow', Accept: 'allow', Deny: 'deny', Pass: 'pass' };

function readRule(rule: Jsonish, side: string, kind: AdminPolicy['kind']): AdminRule {
  const ports = kind === 'ClusterNetworkPolicy' ? at(rule, 'protocols') : at(rule, 'ports');
  const read = kind === 'ClusterNetworkPolicy' ? readProtocol : readPort;
  return defined({
    name: text(at(rule, 'name')),
    action: ACTIONS[text(at(rule, 'action')) ?? ''] ?? 'deny',
    peers: list(at(rule, side)).map(readPeer),
    ports: ports === undefined ? undefined : list(ports).map(read),
  }) as AdminRule;
}

function readPeer(peer: Jsonish): AdminPeer {
  const pods = readPods(peer);
  if (pods) return { kind: 'pods', pods };
  const [nodes, networks] = [at(peer, 'nodes'), at(peer, 'networks')];
  if (nodes !== undefined) return { kind: 'nodes', nodes: readSelector(nodes) };
  if (networks !== undefined) return { kind: 'networks', cidrs: texts(networks) };
  const [field = 'nothing'] = Object.keys(obj(peer));
  return { kind: 'undecided', why: `a peer by ${field} cannot be told from the API` };
}

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;

/** v1alpha1: portNumber, portRange or namedPort. */
function readPort(port: Jsonish): AdminPort {
  const [single, range] = [at(port, 'portNumber'), at(port, 'portRange')];
  if (single !== undefined) {
    const only = number(at(single, 'port'));
    return defined({ protocol: text(at(single, 'protocol')), from: only, to: only }) as AdminPort;
  }
  if (range === undefined) return defined({ named: text(at(port, 'namedPort')) }) as AdminPort;
  // Only the range's protocol has a default in the API.
  const protocol = text(at(range, 'protocol')) ?? 'TCP';
  return defined({ protocol, from: number(at(range, 'start')), to: number(at(range, 'end')) }) as AdminPort;
}

/** v1alpha2: a protocol, with a port or a range, or without; or a name. */
function readProtocol(entry: Jsonish): AdminPort {
  const protocol = PROTOCOLS.find((name) => at(entry, name.toLowerCase()) !== undefined);
  if (!protocol) return defined({ named: text(at(entry, 'destinationNamedPort')) }) as AdminPort;
  const port = at(entry, protocol.toLowerCase(), 'destinationPort');
  const only = number(at(port, 'number'));
  const from = only ?? number(at(port, 'range', 'start'));
  return defined({ protocol, from, to: only ?? number(at(port, 'range', 'end')) }) as AdminPort;
}
