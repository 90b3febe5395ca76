// Who a rule of networking.k8s.io/v1 is about: pods by label, namespaces by label, both at once, or addresses.
import type { PolicyObject, PolicyRule } from '../../facts/kube.js';
import type { PolicedEnd } from '../../model/policed.js';
import { nameLabel } from '../../model/policies.js';
import { requirementsOf } from '../../model/selects.js';
import { blockMatch } from './block.js';
import { blocksMatch } from './kube-router-blocks.js';
import { allOf, anyOf, no, selectorMatch, unknown, YES, type Match } from './match.js';
import { endText, type Traffic } from './traffic.js';

export function peersMatch(peers: PolicyRule['peers'], policy: PolicyObject, traffic: Traffic): Match {
  const blocks = peers.flatMap(({ ipBlock }) => ipBlock ?? []);
  const pods = peers.filter(({ ipBlock }) => !ipBlock).map((one) => peerMatch(one, policy, traffic));
  return anyOf(blocks.length > 0 ? [...pods, blocksMatch(blocks, traffic)] : pods);
}

export function peerMatch(peer: PolicyRule['peers'][number], policy: PolicyObject, traffic: Traffic): Match {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (ipBlock) return blockMatch(ipBlock, traffic);
  const end = traffic.peer;
  if (end.kind !== 'pod' && traffic.dialect.lackingSeesAll !== false && asksOnlyForLack(peer))
    return lackMatch(end, traffic.dialect);
  if (end.kind === 'outside') return no(0, () => `${endText(end)} is no pod of this cluster`);
  if (end.kind === 'node') return hostMatch(end, traffic);
  const { pod } = end;
  const inside: Match = namespaceSelector
    ? namespaceMatch(namespaceSelector, end)
    : pod.namespace === policy.namespace
      ? YES
      : no(
          0,
          () => `pod/${pod.name} is in namespace "${pod.namespace}", and the rule means "${policy.namespace}" alone`,
        );
  return podSelector ? allOf(inside, selectorMatch(podSelector, pod.labels, `pod/${pod.name}`)) : inside;
}

/** Cilium v1.16.5, pkg/k8s/network_policy.go: only an empty namespaceSelector is given the requirement to be in a namespace. */
function asksOnlyForLack({ namespaceSelector, podSelector }: PolicyRule['peers'][number]): boolean {
  if (!namespaceSelector || requirementsOf(namespaceSelector).length === 0) return false;
  const all = [namespaceSelector, ...(podSelector ? [podSelector] : [])].flatMap(requirementsOf);
  return all.every(({ operator }) => operator === 'NotIn' || operator === 'DoesNotExist');
}

function lackMatch(end: PolicedEnd, { name, lackingSeesAll }: Traffic['dialect']): Match {
  if (lackingSeesAll === true)
    return { ...YES, note: `where ${name} takes ${endText(end)} for one that lacks these labels` };
  return unknown(
    `until 1.17 Cilium takes ${endText(end)} for one that lacks these labels; of this one it is not known`,
  );
}

/** The API leaves it to the enforcer whether selectors see pods in their node's network; those we know cannot. */
function hostMatch(end: Extract<PolicedEnd, { kind: 'node' }>, { dialect }: Traffic): Match {
  if (end.pod === undefined) return no(0, () => `node/${end.name} is no pod`);
  if (dialect.blocksSeeNodes === 'unknown')
    return unknown(`whether selectors see pod/${end.pod}, in its node’s network, is left to the enforcer`);
  return no(0, () => `pod/${end.pod} shares its node’s network, and selectors do not see it`);
}

export function namespaceMatch(
  selector: NonNullable<PolicyRule['peers'][number]['namespaceSelector']>,
  { pod, namespaceLabels, unreadLabels = '' }: Extract<PolicedEnd, { kind: 'pod' }>,
): Match {
  const whose = `namespace "${pod.namespace}"`;
  if (namespaceLabels) return selectorMatch(selector, namespaceLabels, whose);
  // Its name is a label that needs no reading, and a selector by it alone can be decided.
  const keys = [...Object.keys(selector.matchLabels), ...selector.matchExpressions.map(({ key }) => key)];
  const byName = nameLabel(pod.namespace);
  return keys.every((key) => key in byName) ? selectorMatch(selector, byName, whose) : unknown(unreadLabels);
}
