// Calico's own policies: tiers in order, policies in order within them, rules in order within those; a tier that has any about
// a pod closes what none of its rules decides. A namespace's NetworkPolicies stand in the tier named default, at order 1000.
import type { CalicoEnd, CalicoPolicy, CalicoRule, OtherPolicies } from '../../facts/policy.js';
import type { PolicedEnd, PolicedPod } from '../../model/policed.js';
import type { Labels } from '../../model/policies.js';
import { within } from './block.js';
import { calicoSelector } from './calico-selector.js';
import { allOf, anyOf, no, unknown, YES, type Match } from './match.js';
import { inDoubt, type Statement, type StatedRule, type Tier } from './statement.js';
import { endText, type Traffic } from './traffic.js';

const NETWORK_POLICY_ORDER = 1000;
/** What a tier has that nobody wrote an object for: the one everything stands in by default. */
const DEFAULT = { name: 'default', order: 1_000_000 };

interface Placed {
  readonly order: number;
  readonly name: string;
  readonly statement: Statement;
}

export function calicoTiers(
  { policies, tiers }: NonNullable<OtherPolicies['calico']>,
  own: readonly Statement[],
  traffic: Traffic,
): readonly Tier[] {
  const named = tiers.some(({ name }) => name === DEFAULT.name) ? tiers : [...tiers, DEFAULT];
  return named
    .toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1))
    .map(({ name }) => {
      const here = policies.filter(({ tier }) => tier === name).flatMap((policy) => placed(policy, traffic));
      const beside = name === DEFAULT.name ? own.map(asPlaced) : [];
      const sorted = [...here, ...beside].toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1));
      return {
        name,
        how: 'ordered',
        statements: sorted.map(({ statement }, priority) => ({ ...statement, priority })),
      };
    });
}

/** Calico knows them as knp.default.NAME; where orders are equal the name decides. */
const asPlaced = (statement: Statement): Placed => ({
  order: NETWORK_POLICY_ORDER,
  name: `knp.default.${statement.ref.name}`,
  statement,
});

function placed(policy: CalicoPolicy, { self, direction }: Traffic): readonly Placed[] {
  if (!policy.types.includes(direction)) return [];
  const selected = selection(policy, self);
  if (selected.kind === 'no') return [];
  const { kind, name, namespace, order, undecided } = policy;
  const rules = (direction === 'Ingress' ? policy.ingress : policy.egress).flatMap((rule, at) =>
    stated(rule, at, policy),
  );
  const ref = { kind: `Calico ${kind}`, name, ...(namespace === undefined ? {} : { namespace }) };
  const statement = { ref, priority: 0, isolates: true, rules };
  const doubt = undecided ?? (selected.kind === 'unknown' ? selected.doubt : undefined);
  return [{ order, name, statement: doubt === undefined ? statement : inDoubt(statement, `${name}: ${doubt}`) }];
}

function selection({ namespace, selector, namespaceSelector }: CalicoPolicy, self: PolicedPod): Match {
  if (namespace !== undefined && namespace !== self.pod.namespace) return no(0, () => 'it is of another namespace');
  return allOf(byLabels(selector, podLabels(self)), byNamespace(namespaceSelector, self));
}

const podLabels = ({ pod }: PolicedPod): Labels => ({
  ...pod.labels,
  'projectcalico.org/namespace': pod.namespace,
  'projectcalico.org/orchestrator': 'k8s',
});

function byLabels(selector: string, labels: Labels): Match {
  const test = calicoSelector(selector);
  // Service accounts are labels to Calico, and no pod object as we read it tells them.
  if (!test || /serviceaccount/.test(selector)) return unknown(`selector ${selector} was not read`);
  return test(labels) ? YES : no(0.25, () => `selector ${selector} does not mean it`);
}

function byNamespace(selector: string | undefined, { pod, namespaceLabels, unreadLabels = '' }: PolicedPod): Match {
  if (selector === undefined || selector === '') return YES;
  if (!namespaceLabels) return unknown(unreadLabels);
  return byLabels(selector, { ...namespaceLabels, 'projectcalico.org/name': pod.namespace });
}

/** Log decides nothing: the next rule is asked. */
function stated(rule: CalicoRule, at: number, policy: CalicoPolicy): readonly StatedRule[] {
  const { action } = rule;
  if (action === 'log') return [];
  return [{ action, says: `its rule ${at + 1}`, matches: (traffic) => ruleMatch(rule, policy, traffic) }];
}

function ruleMatch(rule: CalicoRule, policy: CalicoPolicy, traffic: Traffic): Match {
  const { direction, self, peer, protocol } = traffic;
  if (rule.protocol !== undefined && rule.protocol !== protocol && rule.protocol !== PROTOCOLS[protocol])
    return no(0, () => `it is about ${rule.protocol?.toLowerCase()}, not ${protocol.toLowerCase()}`);
  const [from, to] = direction === 'Ingress' ? [peer, self] : [self, peer];
  const both = allOf(
    endMatch(rule.source, from, { policy, traffic }),
    endMatch(rule.destination, to, { policy, traffic }),
  );
  const odd = rule.undecided ?? rule.source.undecided ?? rule.destination.undecided;
  const ported = allOf(both, portsMatch(rule, traffic));
  return odd !== undefined && ported.kind === 'yes' ? unknown(`${policy.name}: ${odd}`) : ported;
}
const PROTOCOLS: Readonly<Record<string, string>> = { TCP: '6', UDP: '17', SCTP: '132' };

interface Of {
  readonly policy: CalicoPolicy;
  readonly traffic: Traffic;
}

function endMatch(said: CalicoEnd, end: PolicedEnd, of: Of): Match {
  const { selector, notSelector, namespaceSelector } = said;
  const wants = selector !== undefined || namespaceSelector !== undefined;
  const labelled = wants ? labelsMatch(selector ?? 'all()', namespaceSelector, { end, ...of }) : YES;
  const excluded = notSelector === undefined ? YES : not(labelsMatch(notSelector, namespaceSelector, { end, ...of }));
  return allOf(allOf(labelled, excluded), netsMatch(said, end));
}

/** Without a namespaceSelector a namespaced policy means its own namespace; a network set may hold what is no pod. */
function labelsMatch(
  selector: string,
  namespaces: string | undefined,
  { end, policy }: Of & { readonly end: PolicedEnd },
): Match {
  if (end.kind !== 'pod')
    return unknown(`whether a network set or host endpoint with ${selector} holds ${endText(end)} was not read`);
  const isOwn = policy.namespace === undefined || policy.namespace === end.pod.namespace;
  if (namespaces === undefined && !isOwn) return no(0, () => `pod/${end.pod.name} is in another namespace`);
  return allOf(byLabels(selector, podLabels(end)), byNamespace(namespaces, end));
}

const not = (match: Match): Match =>
  match.kind === 'unknown' ? match : match.kind === 'no' ? YES : no(0, () => 'it is excluded');

function netsMatch({ nets, notNets }: CalicoEnd, end: PolicedEnd): Match {
  if (nets.length === 0 && notNets.length === 0) return YES;
  const ips =
    end.kind === 'pod' ? [end.pod.ip ?? ''] : end.kind === 'node' ? end.addresses : end.address ? [end.address] : [];
  const [ip, ...others] = ips;
  if (ip === undefined || others.length > 0) return unknown(`which address ${endText(end)} has there is not known`);
  if (notNets.some((net) => within(net, ip))) return no(0.25, () => `${ip} is in a net that it excludes`);
  return nets.length === 0 || nets.some((net) => within(net, ip)) ? YES : no(0, () => `${ip} is in none of its nets`);
}

/** Ports of a source are the client's own, which nobody chooses; only those of the destination can be told. */
function portsMatch({ source, destination }: CalicoRule, traffic: Traffic): Match {
  if (source.ports.length > 0 || source.notPorts.length > 0) return unknown('the client’s own port is not known');
  const allowed = destination.ports.length === 0 ? YES : anyOf(destination.ports.map((one) => portMatch(one, traffic)));
  const barred = destination.notPorts.map((one) => not(portMatch(one, traffic)));
  return barred.reduce(allOf, allowed);
}

function portMatch(said: string, { port, protocol, dest }: Traffic): Match {
  const [, low, high = low] = /^(\d+)(?::(\d+))?$/.exec(said) ?? [];
  const wanted = `${port}/${protocol.toLowerCase()}`;
  if (low !== undefined)
    return port >= Number(low) && port <= Number(high)
      ? YES
      : no(0.25, () => `it is about port ${said}, not ${wanted}`);
  const own = dest.kind === 'pod' ? dest.pod.containers.flatMap(({ ports }) => ports) : [];
  const isNamed = own.some((one) => one.name === said && one.port === port && one.protocol === protocol);
  return isNamed ? YES : no(0, () => `port "${said}" of ${endText(dest)} is not ${wanted}`);
}
