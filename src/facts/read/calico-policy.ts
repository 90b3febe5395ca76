// NetworkPolicy and GlobalNetworkPolicy of Calico (crd.projectcalico.org/v1), and the tiers they stand in.
import type { CalicoEnd, CalicoPolicy, CalicoRule, CalicoTier } from '../policy.js';
import { at, defined, list, number, obj, text, texts, type Jsonish } from './untyped.js';

export const readCalicoTier = (tier: Jsonish): CalicoTier => ({
  name: text(at(tier, 'metadata', 'name')) ?? '',
  order: number(at(tier, 'spec', 'order')) ?? Number.POSITIVE_INFINITY,
});

/** What belongs to hosts, or works before translation, is about no pod as we know it. */
const HOST_ONLY = ['preDNAT', 'doNotTrack', 'applyOnForward'];

export function readCalicoPolicy(policy: Jsonish, kind: CalicoPolicy['kind']): CalicoPolicy {
  const spec = at(policy, 'spec');
  const [ingress, egress] = (['ingress', 'egress'] as const).map((way) => list(at(spec, way)).map(readRule));
  const types = texts(at(spec, 'types')).filter((type) => type === 'Ingress' || type === 'Egress');
  const host = HOST_ONLY.find((field) => at(spec, field) === true);
  const odd = at(spec, 'serviceAccountSelector') === undefined ? host : 'serviceAccountSelector';
  return defined({
    kind,
    name: text(at(policy, 'metadata', 'name')) ?? '',
    namespace: kind === 'NetworkPolicy' ? text(at(policy, 'metadata', 'namespace')) : undefined,
    tier: text(at(spec, 'tier')) || 'default',
    // Without an order it goes last.
    order: number(at(spec, 'order')) ?? Number.POSITIVE_INFINITY,
    selector: text(at(spec, 'selector')) ?? '',
    namespaceSelector: text(at(spec, 'namespaceSelector')),
    // Its default: ingress, and egress too where there are egress rules; egress alone where only those are.
    types:
      types.length > 0 ? types : egress?.length ? (ingress?.length ? ['Ingress', 'Egress'] : ['Egress']) : ['Ingress'],
    ingress,
    egress,
    undecided: odd === undefined ? undefined : `what ${odd} makes of it cannot be told from the API`,
  }) as CalicoPolicy;
}

const ACTIONS: Readonly<Record<string, CalicoRule['action']>> = {
  Allow: 'allow',
  Deny: 'deny',
  Pass: 'pass',
  Log: 'log',
};
const KNOWN = ['action', 'protocol', 'source', 'destination', 'metadata', 'ipVersion'];

function readRule(rule: Jsonish): CalicoRule {
  const odd = Object.keys(obj(rule)).find((key) => !KNOWN.includes(key));
  const protocol = text(at(rule, 'protocol')) ?? number(at(rule, 'protocol'))?.toString();
  return defined({
    action: ACTIONS[text(at(rule, 'action')) ?? ''] ?? 'deny',
    protocol: protocol?.toUpperCase(),
    source: readEnd(at(rule, 'source')),
    destination: readEnd(at(rule, 'destination')),
    undecided: odd === undefined ? undefined : `what ${odd} means cannot be told from the API`,
  }) as CalicoRule;
}

const FIELDS = ['selector', 'namespaceSelector', 'notSelector', 'nets', 'notNets', 'ports', 'notPorts'];

function readEnd(end: Jsonish): CalicoEnd {
  const odd = Object.keys(obj(end)).find((key) => !FIELDS.includes(key));
  const ports = (field: string): readonly string[] => list(at(end, field)).map(String);
  return defined({
    selector: text(at(end, 'selector')),
    namespaceSelector: text(at(end, 'namespaceSelector')),
    notSelector: text(at(end, 'notSelector')),
    nets: texts(at(end, 'nets')),
    notNets: texts(at(end, 'notNets')),
    ports: ports('ports'),
    notPorts: ports('notPorts'),
    undecided: odd === undefined ? undefined : `what ${odd} means cannot be told from the API`,
  }) as CalicoEnd;
}
