// Policies that administrators write for many namespaces: rules in order, each allows, denies or passes on to the next tier.
import type { AdminPeer, AdminPolicy, AdminPort, AdminRule, PodsIn } from '../../facts/policy.js';
import type { PolicedEnd, PolicedPod } from '../../model/policed.js';
import { within } from './block.js';
import { allOf, anyOf, no, selectorMatch, unknown, YES, type Match } from './match.js';
import { namespaceMatch } from './peer.js';
import { inDoubt, type Statement, type StatedRule, type Tier } from './statement.js';
import { endText, type Direction, type Traffic } from './traffic.js';

export function adminTier(
  name: AdminPolicy['tier'],
  policies: readonly AdminPolicy[],
  { self, direction, dialect }: Pick<Traffic, 'self' | 'direction' | 'dialect'>,
): Tier {
  const here = dialect.admin === false ? [] : policies.filter(({ tier }) => tier === name);
  const statements = here.flatMap((policy) => statementFor(policy, self, direction));
  if (dialect.admin === true) return { name, how: 'ordered', statements };
  const doubt = `whether ${dialect.name} enforces policies of policy.networking.k8s.io is not known`;
  return { name, how: 'ordered', statements: statements.map((one) => inDoubt(one, doubt)) };
}

/** Nothing where the policy does not select the pod; where that cannot be told, every rule of it is in doubt. */
function statementFor(policy: AdminPolicy, self: PolicedPod, direction: Direction): readonly Statement[] {
  const selected = podsMatch(policy.subject, self);
  if (selected.kind === 'no') return [];
  const rules = (direction === 'Ingress' ? policy.ingress : policy.egress).map((rule, at) =>
    stated(rule, at, direction),
  );
  const ref = { kind: policy.kind, name: policy.name };
  const statement = { ref, priority: policy.priority, isolates: false, rules };
  return [selected.kind === 'unknown' ? inDoubt(statement, selected.doubt) : statement];
}

function stated({ action, name, peers, ports }: AdminRule, at: number, direction: Direction): StatedRule {
  return {
    action,
    says: name ? `its rule "${name}"` : `its ${direction.toLowerCase()} rule ${at + 1}`,
    matches(traffic) {
      const peer = anyOf(peers.map((one) => peerMatch(one, traffic)));
      return ports ? allOf(peer, anyOf(ports.map((one) => portMatch(one, traffic)))) : peer;
    },
  };
}

/** Pods in their node's network are in no selection: the API says so for subjects and for peers. */
function podsMatch({ namespaces, pods }: PodsIn, end: PolicedEnd): Match {
  if (end.kind !== 'pod') return no(0, () => `${endText(end)} is no pod with an address of its own`);
  return allOf(namespaceMatch(namespaces, end), selectorMatch(pods, end.pod.labels, `pod/${end.pod.name}`));
}

function peerMatch(peer: AdminPeer, { peer: end }: Traffic): Match {
  switch (peer.kind) {
    case 'pods':
      return podsMatch(peer.pods, end);
    case 'nodes':
      if (end.kind !== 'node') return no(0, () => `${endText(end)} is no node`);
      return selectorMatch(peer.nodes, end.labels, `node/${end.name}`);
    case 'networks':
      return networksMatch(peer.cidrs, end);
    default:
      return unknown(peer.why);
  }
}

/** Unlike ipBlock this is defined for addresses inside the cluster: they are checked like any other. */
function networksMatch(cidrs: readonly string[], end: PolicedEnd): Match {
  const ips = end.kind === 'pod' ? [end.pod.ip ?? ''] : end.kind === 'node' ? end.addresses : [end.address ?? ''];
  if (ips.some((ip) => cidrs.some((cidr) => within(cidr, ip)))) return YES;
  return no(0, () => `${ips.join(', ')} is in none of ${cidrs.join(', ')}`);
}

function portMatch({ protocol, from, to = from, named }: AdminPort, { dest, port, protocol: over }: Traffic): Match {
  const wanted = `${port}/${over.toLowerCase()}`;
  if (named !== undefined) {
    const own = dest.kind === 'pod' ? dest.pod.containers.flatMap(({ ports }) => ports) : [];
    const found = own.some((one) => one.name === named && one.port === port && one.protocol === over);
    return found ? YES : no(0, () => `port "${named}" of ${endText(dest)} is not ${wanted}`);
  }
  if (protocol !== over) return no(0, () => `it is about ${protocol?.toLowerCase()}, not ${wanted}`);
  if (from === undefined || (port >= from && port <= (to ?? from))) return YES;
  return no(0.25, () => `it is about ${from === to ? from : `${from}-${to}`}/${protocol.toLowerCase()}, not ${wanted}`);
}
