// Port names as kube-router v2.2.1 takes them (policy.go): it looks them up in pods and writes numbers, and not in every case.
import type { PodObject, PolicyObject, PolicyRule } from '../../facts/kube.js';
import { selects } from '../../model/selects.js';
import { allOf, anyOf, no, unknown, YES, type Match } from './match.js';
import { peerMatch, peersMatch } from './peer.js';
import { hasAddress, numbersOf, type Port } from './port-names.js';
import { endText, type Traffic } from './traffic.js';

export type PortMatch = (port: Port, traffic: Traffic) => Match;

export const hasNames = ({ ports }: PolicyRule): boolean => ports.some(isName);
const isName = ({ port }: Port): boolean => typeof port === 'string';

/** Pods and blocks among the peers get rules of their own, and each kind its own way with names. */
export function kubeRouterRule(
  rule: PolicyRule,
  policy: PolicyObject,
  asked: { traffic: Traffic; portMatch: PortMatch },
): Match {
  const { traffic, portMatch } = asked;
  const { ports, peers } = rule;
  const ported = (some: readonly Port[]): Match =>
    anyOf(some.map((one) => mixed(one, portMatch(one, traffic), { policy, peers, traffic })));
  if (peers.length === 0) return traffic.direction === 'Ingress' ? ported(ports) : toAnybody(rule, policy, asked);
  const meets = (some: PolicyRule['peers']): Match => peersMatch(some, policy, traffic);
  const [pods, blocks] = [peers.filter(({ ipBlock }) => !ipBlock), peers.filter(({ ipBlock }) => ipBlock)];
  const byPods = podsMatch(rule, policy, { traffic, met: meets(pods), port: ported(ports) });
  const numbers = ports.filter((one) => !isName(one));
  const forBlocks = traffic.direction === 'Ingress' ? ported(ports) : numbers.length > 0 ? ported(numbers) : NO_NAMES;
  return anyOf([...(pods.length > 0 ? [byPods] : []), ...(blocks.length > 0 ? [allOf(meets(blocks), forBlocks)] : [])]);
}

const NO_NAMES = no(0, () => 'kube-router writes no rule for port names towards an ipBlock');

/** Without peers the names are looked up in the policy's own namespace, and the numbers then hold for every destination. */
function toAnybody(
  { ports }: PolicyRule,
  policy: PolicyObject,
  { traffic, portMatch }: { traffic: Traffic; portMatch: PortMatch },
): Match {
  const { siblings, port, protocol } = traffic;
  return anyOf(
    ports.map((one) => {
      if (!isName(one)) return portMatch(one, traffic);
      if (!siblings) return unknown(`which number kube-router takes for port "${one.port}" was not looked up`);
      const own = siblings.filter((pod) => pod.namespace === policy.namespace && hasAddress(pod));
      const found = [...new Set(own.flatMap((pod) => numbersOf(pod, one)))];
      if (one.protocol === protocol && found.includes(port))
        return {
          kind: 'yes',
          note: `where kube-router takes "${one.port}" for ${port}, as in namespace "${policy.namespace}"`,
        };
      return no(
        0,
        () => `port "${one.port}" is ${found.join(', ') || 'nowhere'} in namespace "${policy.namespace}", not ${port}`,
      );
    }),
  );
}

/** A rule of which no port is left, because no pod has any of the names, reads to kube-router like one that names none. */
function podsMatch(
  { ports, peers }: PolicyRule,
  policy: PolicyObject,
  { traffic, met, port }: { readonly traffic: Traffic; readonly met: Match; readonly port: Match },
): Match {
  const { dest, siblings } = traffic;
  const isOpen = met.kind === 'no' || port.kind !== 'no' || dest.kind !== 'pod' || !ports.every(isName);
  if (isOpen || ports.some((one) => numbersOf(dest.pod, one).length > 0)) return allOf(met, port);
  const said = ports.map((one) => `"${one.port}"`).join(', ');
  const others = siblings?.filter((pod) => hasAddress(pod) && looksAt(pod, { policy, peers, traffic }));
  if (others?.some((pod) => ports.some((one) => numbersOf(pod, one).length > 0))) return allOf(met, port);
  const lost: Match =
    others && !looksFurther({ policy, peers, traffic })
      ? { ...YES, note: `where kube-router allows every port, as no pod has one named ${said}` }
      : unknown(
          `kube-router allows every port when no pod has one named ${said}: ${endText(dest)} has none, others were not read`,
        );
  return allOf(met, lost);
}

interface Looking {
  readonly policy: PolicyObject;
  readonly peers: PolicyRule['peers'];
  readonly traffic: Traffic;
}

/**
 * `grabNamedPortFromPod` keeps one map of addresses for all ports of the first pod that has them. A later pod that has one of
 * these ports is written into that map, and so into the sets of the others, which it may not have. Which pod is first is
 * left to Go's order of a map, and changes from sync to sync.
 */
function mixed(port: Port, match: Match, looking: Looking): Match {
  const { dest, siblings, port: number, protocol } = looking.traffic;
  if (match.kind !== 'no' || !isName(port) || port.protocol !== protocol || dest.kind !== 'pod') return match;
  const shares = declared(dest.pod);
  if (shares.length === 0) return match;
  if (!siblings) return unknown(`which pods have port "${port.port}" was not looked up, and kube-router mixes theirs`);
  const other = siblings.find(
    (pod) =>
      pod.uid !== dest.pod.uid &&
      hasAddress(pod) &&
      numbersOf(pod, port).includes(number) &&
      declared(pod).some((one) => shares.includes(one)) &&
      looksAt(pod, looking),
  );
  if (!other && looksFurther(looking))
    return unknown(`kube-router may mix port "${port.port}" of pods in namespaces that were not read`);
  return other
    ? unknown(
        `kube-router may take "${port.port}" of pod/${other.name} for ${endText(dest)} too, as both have ${declared(other).find((one) => shares.includes(one))}`,
      )
    : match;
}

/** A port without a name is one, too: that of the empty name. */
const declared = ({ containers }: PodObject): readonly string[] =>
  containers.flatMap(({ ports }) => ports.map(({ name, port, protocol }) => `"${name ?? ''}" ${port}/${protocol}`));

/** In which pods kube-router looks a name up: those the policy selects, for egress those the rule's peers mean. */
function looksAt(pod: PodObject, { policy, peers, traffic }: Looking): boolean {
  if (traffic.direction === 'Ingress')
    return pod.namespace === policy.namespace && selects(policy.podSelector, pod.labels);
  const like = [traffic.dest, traffic.self].find((end) => end.kind === 'pod' && end.pod.namespace === pod.namespace);
  if (like?.kind !== 'pod') return false;
  return peers.some(
    (one) => !one.ipBlock && peerMatch(one, policy, { ...traffic, peer: { ...like, pod } }).kind === 'yes',
  );
}

/** A rule about other namespaces looks at pods that were not read. */
const looksFurther = ({ peers, traffic: { direction, dest, self } }: Looking): boolean =>
  direction === 'Egress' &&
  peers.some(({ namespaceSelector }) => {
    const name = namespaceSelector?.matchLabels['kubernetes.io/metadata.name'];
    const isRead = [dest, self].some((end) => end.kind === 'pod' && end.pod.namespace === name);
    return namespaceSelector !== undefined && !isRead;
  });
