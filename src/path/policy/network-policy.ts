// networking.k8s.io/v1, as the API documents it: policies only allow, and a pod that one selects is closed to the rest.
import type { PolicyObject, PolicyRule } from '../../facts/kube.js';
import type { PolicedEnd } from '../../model/policed.js';
import { selects } from '../../model/selects.js';
import { ciliumName } from './cilium-ports.js';
import { hasNames, kubeRouterRule } from './kube-router-ports.js';
import { allOf, anyOf, no, unknown, YES, type Match } from './match.js';
import { peersMatch } from './peer.js';
import type { Port } from './port-names.js';
import type { Statement, StatedRule } from './statement.js';
import { endText, type Direction, type Traffic } from './traffic.js';

const stated = new WeakMap<PolicyObject, Map<Direction, Statement>>();

/** Made once for a policy: a matrix asks it thousands of times. */
export function statementOf(policy: PolicyObject, direction: Direction): Statement {
  const known = stated.get(policy) ?? new Map<Direction, Statement>();
  stated.set(policy, known);
  const held = known.get(direction) ?? make(policy, direction);
  known.set(direction, held);
  return held;
}

function make(policy: PolicyObject, direction: Direction): Statement {
  const { namespace, name, types } = policy;
  return {
    ref: { kind: 'NetworkPolicy', namespace, name },
    priority: 0,
    isolates: types.includes(direction),
    rules: types.includes(direction) ? [...rulesOf(policy, direction), ...otherSide(policy, direction)] : [],
  };
}

const rulesOf = (policy: PolicyObject, direction: Direction): readonly StatedRule[] =>
  (direction === 'Ingress' ? policy.ingress : policy.egress).map((rule, at) => ({
    action: 'allow',
    says: `its ${direction.toLowerCase()} rule ${at + 1}`,
    matches: (traffic) => ruleMatch(rule, policy, traffic),
  }));

/**
 * kube-router writes a policy of both types as one chain, which it walks for either end: between two pods that the policy
 * selects, a rule of either side is enough for both.
 */
function otherSide(policy: PolicyObject, direction: Direction): readonly StatedRule[] {
  if (policy.types.length < 2) return [];
  const other = direction === 'Ingress' ? 'Egress' : 'Ingress';
  return rulesOf(policy, other).map(({ says, matches }): StatedRule => ({
    action: 'allow',
    says: `${says}, which kube-router keeps in one chain with its ${direction.toLowerCase()} rules`,
    matches(traffic) {
      if (traffic.dialect.oneChain !== true) return no(-1, () => 'it is about the other direction');
      if (!selectsEnd(policy, traffic.peer)) return no(-1, () => 'it selects one end only');
      const { peer, self } = traffic;
      return peer.kind === 'pod' ? matches({ ...traffic, self: peer, peer: self, direction: other }) : no(-1, () => '');
    },
  }));
}

const selectsEnd = ({ namespace, podSelector }: PolicyObject, end: PolicedEnd): boolean =>
  end.kind === 'pod' && end.pod.namespace === namespace && selects(podSelector, end.pod.labels);

function ruleMatch(rule: PolicyRule, policy: PolicyObject, traffic: Traffic): Match {
  if (traffic.dialect.portNames === 'kube-router' && hasNames(rule))
    return kubeRouterRule(rule, policy, { traffic, portMatch });
  const { ports, peers } = rule;
  const port = ports.length === 0 ? YES : anyOf(ports.map((one) => portMatch(one, traffic)));
  const peer = peers.length === 0 ? YES : peersMatch(peers, policy, traffic);
  return allOf(peer, port);
}

export function portMatch({ protocol, port, endPort }: Port, traffic: Traffic): Match {
  const wanted = `${traffic.port}/${traffic.protocol.toLowerCase()}`;
  const over = protocol.toLowerCase();
  if (protocol !== traffic.protocol)
    return no(
      port === traffic.port ? 0.5 : 0,
      () => `it allows ${port === undefined ? over : `${port}/${over}`}, not ${wanted}`,
    );
  if (port === undefined) return YES;
  if (typeof port === 'string') return asNamed({ protocol, port }, traffic);
  if (traffic.port === port) return YES;
  if (endPort === undefined) return no(0.25, () => `it allows ${port}/${over}${instead(port, traffic)}`);
  if (traffic.port < port || traffic.port > endPort)
    return no(0.25, () => `it allows ${port}-${endPort}/${over}, not ${wanted}`);
  const { endPort: told, name } = traffic.dialect;
  if (told === true) return YES;
  if (told === false)
    return no(0.5, () => `it allows ${port}-${endPort}/${over}, and this ${name} looks at ${port} alone`);
  return unknown(`whether ${name} honours endPort (${port}-${endPort}) is not known`);
}

/** Policies see the pod's port; the Service's is what people see. */
function instead(port: number, { service, port: pods, protocol }: Traffic): string {
  const wanted = `${pods}/${protocol.toLowerCase()}`;
  return service?.port === port
    ? `, the port of Service ${service.name}; policies see the pod’s, ${wanted}`
    : `, not ${wanted}`;
}

/** Ingress names are the selected pod's own to all enforcers. */
const asNamed = (named: Port & { readonly port: string }, traffic: Traffic): Match =>
  traffic.direction === 'Ingress' || NAMED_BY_DESTINATION.includes(traffic.dialect.portNames)
    ? namedMatch(named.port, traffic)
    : ciliumName(named, traffic);
const NAMED_BY_DESTINATION: readonly string[] = ['destination', 'kube-router'];

/** A named port is the destination pod's to name. */
function namedMatch(name: string, { dest, port, protocol }: Traffic): Match {
  if (dest.kind !== 'pod') return no(0, () => `it allows port "${name}", and ${endText(dest)} names no ports`);
  const own = dest.pod.containers.flatMap(({ ports }) => ports).filter((one) => one.name === name);
  const found = own.filter((one) => one.protocol === protocol);
  if (found.some((one) => one.port === port)) return YES;
  const [first] = [...found, ...own];
  const is = first
    ? `is ${first.port}/${first.protocol.toLowerCase()}, not ${port}/${protocol.toLowerCase()}`
    : undefined;
  return no(first ? 0.25 : 0, () =>
    is ? `port "${name}" of ${endText(dest)} ${is}` : `${endText(dest)} has no port named "${name}"`,
  );
}
