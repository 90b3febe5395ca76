// Cilium's own policies, where they speak of labels, CIDRs, entities and ports: what denies goes first, then any that allows.
import type { Selector } from '../../facts/kube.js';
import type { CiliumPeer, CiliumPolicy, CiliumRule, CiliumSide } from '../../facts/policy.js';
import type { PolicedEnd, PolicedPod } from '../../model/policed.js';
import { blockMatch } from './block.js';
import { allOf, anyOf, no, selectorMatch, unknown, YES, type Match } from './match.js';
import { portMatch } from './network-policy.js';
import { inDoubt, type Statement, type StatedRule } from './statement.js';
import { endText, type Traffic } from './traffic.js';

interface Sides {
  /** What denies, before everything. */
  readonly deny: readonly Statement[];
  /** What allows, beside the namespace's NetworkPolicies: one of all is enough. */
  readonly allow: readonly Statement[];
}

export function ciliumStatements(policies: readonly CiliumPolicy[], { self, direction }: Traffic): Sides {
  const stated = policies.flatMap((policy) => {
    const side = direction === 'Ingress' ? policy.ingress : policy.egress;
    const selected = side && selection(policy, self);
    return side && selected && selected.kind !== 'no' ? [statementsOf(policy, side, selected)] : [];
  });
  return { deny: stated.map(({ deny }) => deny), allow: stated.map(({ allow }) => allow) };
}

function selection({ namespace, endpoints }: CiliumPolicy, self: PolicedPod): Match {
  if (namespace !== undefined && namespace !== self.pod.namespace) return no(0, () => 'it is of another namespace');
  return endpointMatch(endpoints, self);
}

function statementsOf(policy: CiliumPolicy, side: CiliumSide, selected: Match): { deny: Statement; allow: Statement } {
  const { kind, name, namespace } = policy;
  const ref = { kind, name, ...(namespace === undefined ? {} : { namespace }) };
  const rules = (all: readonly CiliumRule[], action: 'allow' | 'deny'): readonly StatedRule[] =>
    all.map((rule, at) => ({
      action,
      says: `its ${action === 'deny' ? 'deny ' : ''}rule ${at + 1}`,
      matches: (traffic) => ruleMatch(rule, policy, traffic),
    }));
  const [deny, allow] = [
    { ref, priority: 0, isolates: false, rules: rules(side.deny, 'deny') },
    { ref, priority: 0, isolates: side.isolates, rules: rules(side.allow, 'allow') },
  ];
  return selected.kind === 'unknown'
    ? { deny: inDoubt(deny, selected.doubt), allow: inDoubt(allow, selected.doubt) }
    : { deny, allow };
}

function ruleMatch({ isEmpty, peers, ports, undecided }: CiliumRule, policy: CiliumPolicy, traffic: Traffic): Match {
  if (isEmpty) return no(0, () => 'an empty rule is about nobody in a Cilium policy');
  const peer = peers ? anyOf(peers.map((one) => peerMatch(one, policy, traffic))) : YES;
  const port = ports ? anyOf(ports.map((one) => overMatch(one, traffic))) : YES;
  const both = allOf(peer, port);
  return undecided !== undefined && both.kind === 'yes' ? unknown(`${policy.name}: ${undecided}`) : both;
}

function overMatch(port: NonNullable<CiliumRule['ports']>[number], traffic: Traffic): Match {
  return portMatch({ ...port, protocol: port.protocol === 'ANY' ? traffic.protocol : port.protocol }, traffic);
}

function peerMatch(peer: CiliumPeer, policy: CiliumPolicy, traffic: Traffic): Match {
  switch (peer.kind) {
    case 'endpoints':
      return endpointsMatch(peer.selector, policy, traffic.peer);
    case 'entity':
      return entityMatch(peer.name, traffic);
    case 'block':
      return blockMatch(peer, traffic);
    default:
      return unknown(`${policy.name}: ${peer.why}`);
  }
}

const NAMESPACE = 'io.kubernetes.pod.namespace';
const NAMESPACE_LABELS = 'io.cilium.k8s.namespace.labels.';
const bare = (key: string): string => key.replace(/^(k8s|any)[:.]/, '');
const keysOf = ({ matchLabels, matchExpressions }: Selector): readonly string[] =>
  [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)].map(bare);

/** A namespaced policy that names no namespace means its own. */
function endpointsMatch(selector: Selector, { namespace }: CiliumPolicy, end: PolicedEnd): Match {
  if (keysOf(selector).some((key) => key.startsWith('reserved:')))
    return unknown('reserved identities are not evaluated');
  if (end.kind !== 'pod') return no(0, () => `${endText(end)} is no endpoint`);
  const names = keysOf(selector).some((key) => key === NAMESPACE || key.startsWith(NAMESPACE_LABELS));
  if (namespace !== undefined && !names && end.pod.namespace !== namespace)
    return no(
      0,
      () => `pod/${end.pod.name} is in namespace "${end.pod.namespace}", and the rule means "${namespace}" alone`,
    );
  return endpointMatch(selector, end);
}

/** Labels as Cilium sees them: with sources in front, and those of the namespace among them. */
function endpointMatch({ matchLabels, matchExpressions }: Selector, end: PolicedPod): Match {
  const plain = {
    matchLabels: Object.fromEntries(Object.entries(matchLabels).map(([key, value]) => [bare(key), value])),
    matchExpressions: matchExpressions.map((one) => ({ ...one, key: bare(one.key) })),
  };
  const odd = keysOf(plain).find((key) => /^(reserved|cidr|node|container):|^io\.cilium\.k8s\.policy\./.test(key));
  if (odd !== undefined) return unknown(`label ${odd} is Cilium’s own and was not read`);
  const { pod, namespaceLabels, unreadLabels = '' } = end;
  if (!namespaceLabels && keysOf(plain).some((key) => key.startsWith(NAMESPACE_LABELS))) return unknown(unreadLabels);
  const more = Object.entries(namespaceLabels ?? {}).map(([key, value]) => [`${NAMESPACE_LABELS}${key}`, value]);
  const labels = { ...pod.labels, [NAMESPACE]: pod.namespace, ...Object.fromEntries(more) };
  return selectorMatch(plain, labels, `pod/${pod.name}`);
}

function entityMatch(name: string, { self, peer }: Traffic): Match {
  const isOwn = peer.kind === 'node' && peer.name === self.pod.node;
  const known: Readonly<Record<string, boolean>> = {
    all: true,
    none: false,
    world: peer.kind === 'outside',
    cluster: peer.kind !== 'outside',
    host: isOwn,
    'remote-node': peer.kind === 'node' && !isOwn,
  };
  const found = known[name] ?? known[name.replace(/^world-ipv4$/, 'world')];
  if (found === undefined) return unknown(`whether ${endText(peer)} is entity ${name} cannot be told from the API`);
  return found ? YES : no(0, () => `${endText(peer)} is not entity ${name}`);
}
