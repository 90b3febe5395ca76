// Questions that lint asks of all policies together: whom one selects, whom a rule means, and what becomes of a call.
import type { PodObject, PolicyObject, PolicyRule, ServiceObject } from '../../facts/kube.js';
import type { PolicedEnd, PolicedPod } from '../../model/policed.js';
import type { BehindService, Caller, Receiver } from '../../model/policy-caller.js';
import type { PolicySurvey } from '../../model/policy-survey.js';
import { selects } from '../../model/selects.js';
import { dialectOf } from './dialect.js';
import { evaluate, type Ruling } from './evaluate.js';
import { tiersOf } from './tiers.js';
import type { Direction } from './traffic.js';

type Peer = PolicyRule['peers'][number];

export const selectedBy = (policy: PolicyObject, { pods }: PolicySurvey): readonly PodObject[] =>
  pods.filter(({ namespace, labels }) => namespace === policy.namespace && selects(policy.podSelector, labels));

export const rulesOf = (
  policy: PolicyObject,
): readonly { readonly direction: Direction; readonly rule: PolicyRule; readonly says: string }[] =>
  (['Ingress', 'Egress'] as const).flatMap((direction) =>
    (direction === 'Ingress' ? policy.ingress : policy.egress).map((rule, at) => ({
      direction,
      rule,
      says: `${direction.toLowerCase()} rule ${at + 1} of ${nameOf(policy)}`,
    })),
  );

export const nameOf = ({ namespace, name }: PolicyObject): string => `${namespace}/${name}`;

/** Pods that a peer's selectors mean; none for a block. */
export function meantBy(
  { podSelector, namespaceSelector, ipBlock }: Peer,
  policy: PolicyObject,
  survey: PolicySurvey,
): readonly PodObject[] {
  if (ipBlock) return [];
  return survey.pods.filter(({ namespace, labels, hostNetwork }) => {
    if (hostNetwork) return false;
    const inside = namespaceSelector
      ? selects(namespaceSelector, survey.namespaces.get(namespace) ?? {})
      : namespace === policy.namespace;
    return inside && (!podSelector || selects(podSelector, labels));
  });
}

/** At whose ports a rule's ports are: the selected pods' for ingress, the peers' for egress. */
export function receiversOf(
  { direction, rule }: Pick<ReturnType<typeof rulesOf>[number], 'direction' | 'rule'>,
  policy: PolicyObject,
  survey: PolicySurvey,
): readonly PodObject[] {
  return direction === 'Ingress'
    ? selectedBy(policy, survey)
    : rule.peers.flatMap((one) => meantBy(one, policy, survey));
}

export function policedPod(pod: PodObject, { policies, namespaces }: PolicySurvey): PolicedPod {
  const selecting = policies.filter((one) => one.namespace === pod.namespace && selects(one.podSelector, pod.labels));
  return { kind: 'pod', pod, selecting, namespaceLabels: namespaces.get(pod.namespace) ?? {} };
}

export interface Call {
  readonly direction: Direction;
  readonly self: PodObject;
  readonly peer: PolicedEnd;
  readonly port: number;
  readonly protocol: string;
}

/** What one side's NetworkPolicies say of a call. */
export function rulingOn({ self, peer, ...call }: Call, survey: PolicySurvey): Ruling {
  const own = policedPod(self, survey);
  const dest = call.direction === 'Ingress' ? own : peer;
  const traffic = {
    ...call,
    self: own,
    peer,
    dest,
    siblings: survey.pods,
    siblingsAreAll: true,
    dialect: dialectOf(survey.enforcer),
  };
  return evaluate(tiersOf(traffic, { admin: [] }), traffic);
}

/** Pods that the same policies select alike; one of each is asked in place of all. */
export function representatives(survey: PolicySurvey, direction: Direction): readonly PodObject[] {
  const groups = new Map<string, PodObject>();
  for (const pod of survey.pods.filter(({ hostNetwork, phase }) => !hostNetwork && phase === 'Running')) {
    const own = policedPod(pod, survey).selecting.filter(({ types }) => types.includes(direction));
    if (own.length > 0) groups.set(own.map(nameOf).join(' '), pod);
  }
  return [...groups.values()];
}

/**
 * Pods behind a call whose ingress is closed to every caller: which of several controllers, or Prometheus, makes this call
 * is not told. The API server calls from beyond the pods.
 */
export function closedTo(call: Caller, all: PolicySurvey): readonly PodObject[] {
  const peers = call.from?.map((one) => policedPod(one, all)) ?? [{ kind: 'outside' } as const];
  return (call.to.kind === 'pods' ? call.to.receivers : behind(call.to, all))
    .filter(({ pod: self, port, protocol }) =>
      peers.every((peer) => rulingOn({ direction: 'Ingress', self, peer, port, protocol }, all).verdict === 'deny'),
    )
    .map(({ pod }) => pod);
}

/** Where a Service's port leads: each pod it selects, at the port the pod has. */
function behind(to: BehindService, survey: PolicySurvey): readonly Receiver[] {
  const found = survey.services.find(({ namespace, name }) => namespace === to.namespace && name === to.name);
  if (!found) return [];
  const { at } = to;
  // Targets of a scrape are TCP.
  if ('targetPort' in at) return targetsOf(found, { targetPort: at.targetPort, protocol: 'TCP' }, survey);
  const front = found.ports.find(({ port, name }) => port === at.port || name === at.port);
  return front ? targetsOf(found, front, survey) : [];
}

export function targetsOf(
  service: ServiceObject,
  front: Pick<ServiceObject['ports'][number], 'targetPort' | 'protocol'>,
  { pods }: PolicySurvey,
): readonly Receiver[] {
  if (Object.keys(service.selector).length === 0) return [];
  const labels = { matchLabels: service.selector, matchExpressions: [] };
  return pods
    .filter((pod) => pod.namespace === service.namespace && !pod.hostNetwork && selects(labels, pod.labels))
    .flatMap((pod) => {
      const named = pod.containers.flatMap(({ ports }) => ports).find(({ name }) => name === front.targetPort)?.port;
      const number = typeof front.targetPort === 'number' ? front.targetPort : named;
      return number === undefined ? [] : [{ pod, port: number, protocol: front.protocol }];
    });
}
