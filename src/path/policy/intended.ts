// What policies say of a flow, and whether that holds: for each backend both ends' policies, and who enforces them.
import { Unanswerable, type Know, type Source } from '../../facts/fact.js';
import type { Enforcer, OtherPolicies } from '../../facts/policy.js';
import type { Policed, PolicedEnd, PolicedPod } from '../../model/policed.js';
import type { Observed } from '../../model/observed.js';
import { CLUSTER } from '../../target/subject.js';
import { dialectOf, type Dialect } from './dialect.js';
import { evaluate, type Ruling, type Verdict } from './evaluate.js';
import { unsureText } from './reason.js';
import { tiersOf } from './tiers.js';
import { endText, type Direction, type Traffic } from './traffic.js';

declare module '../../facts/fact.js' {
  interface FlowFacts {
    intended: Intended;
    /** The same where it is certain; what is not known is no ground to judge on. */
    policyVerdict: Intended;
  }
}
export interface Side {
  readonly direction: Direction;
  /** Whose policies these are. */
  readonly pod: { readonly namespace: string; readonly name: string };
  readonly ruling:
    Ruling | { readonly verdict: 'allow'; readonly basis: { readonly kind: 'exempt'; readonly why: string } };
}
export interface Way {
  readonly to: string;
  readonly port: number;
  readonly verdict: Verdict;
  readonly sides: readonly Side[];
}
export type Intended =
  | { readonly kind: 'does-not-apply'; readonly why: string }
  | {
      readonly kind: 'told';
      /** What the policies say, whoever enforces them; `mixed` where backends differ. */
      readonly says: Verdict | 'mixed';
      /** What comes of it: nobody to enforce them, and everything is allowed. */
      readonly holds: Verdict | 'mixed';
      readonly ways: readonly Way[];
      readonly enforcer: Enforcer;
      readonly dialect: Dialect;
      readonly observed: Observed;
      readonly protocol: string;
      readonly dns: boolean;
    };
type Read = Extract<Policed, { kind: 'read' }>;

export const intended: Source<'flow', Intended> = (flow, know) => {
  const policed = know.get(flow, 'policed');
  return policed.kind === 'read' ? intend(policed, know.get(CLUSTER, 'otherPolicies')) : policed;
};

export const policyVerdict: Source<'flow', Intended> = (flow, know: Know) => {
  const told = know.get(flow, 'intended');
  // Seen to pass, it needs no policy's word; the doubt matters only where something has to be explained.
  if (told.kind !== 'told' || told.holds !== 'unknown' || told.observed === 'connected') return told;
  throw new Unanswerable(doubtsOf(told).map((detail) => ({ kind: 'unreadable', detail })));
};

export function intend(policed: Read, others: OtherPolicies): Extract<Intended, { kind: 'told' }> {
  const { enforcer, dests, observed, protocol, dns } = policed;
  const dialect = dialectOf(enforcer);
  const ways = dests.map(({ end, port }) => wayTo(end, port, { policed, others, dialect }));
  const says = joined(ways.map(({ verdict }) => verdict));
  return { kind: 'told', says, holds: holding(says, enforcer), ways, enforcer, dialect, observed, protocol, dns };
}

function joined(verdicts: readonly Verdict[]): Verdict | 'mixed' {
  const [first = 'allow', ...rest] = [...new Set(verdicts)];
  if (rest.length === 0) return first;
  return verdicts.includes('unknown') ? 'unknown' : 'mixed';
}

function holding(says: Verdict | 'mixed', { enforces }: Enforcer): Verdict | 'mixed' {
  if (enforces === false || says === 'allow') return 'allow';
  return enforces === 'unknown' ? 'unknown' : says;
}

interface Asked {
  readonly policed: Read;
  readonly others: OtherPolicies;
  readonly dialect: Dialect;
}

function wayTo(dest: PolicedEnd, port: number, asked: Asked): Way {
  const sides = traffics(dest, port, asked).map((traffic) => sideOf(traffic, asked));
  const verdicts = sides.map(({ ruling }) => ruling.verdict);
  const verdict = verdicts.find((one) => one === 'deny') ?? verdicts.find((one) => one === 'unknown') ?? 'allow';
  return { to: endText(dest), port, verdict, sides };
}

/** The packet as each end's policies see it; an end that is no pod has none. */
function traffics(
  dest: PolicedEnd,
  port: number,
  { policed, dialect }: Pick<Asked, 'policed' | 'dialect'>,
): readonly Traffic[] {
  const { source, protocol, service, siblings, siblingsAreAll } = policed;
  const side = (direction: Direction, self: PolicedPod, peer: PolicedEnd): Traffic => {
    return { direction, self, peer, dest, port, protocol, service, siblings, siblingsAreAll, dialect };
  };
  const out = source.kind === 'pod' ? [side('Egress', source, dest)] : [];
  return dest.kind === 'pod' ? [...out, side('Ingress', dest, source)] : out;
}

export const trafficsOf = (policed: Read, dialect: Dialect): readonly Traffic[] =>
  policed.dests.flatMap(({ end, port }) => traffics(end, port, { policed, dialect }));

function sideOf(traffic: Traffic, { others, policed }: Asked): Side {
  const { direction, self } = traffic;
  const pod = { namespace: self.pod.namespace, name: self.pod.name };
  const why = exemption(traffic, policed);
  if (why !== undefined) return { direction, pod, ruling: { verdict: 'allow', basis: { kind: 'exempt', why } } };
  const ruling = evaluate(tiersOf(traffic, others), traffic);
  const doubt = ruling.basis.kind === 'open' ? undefined : doubtOf(traffic, policed);
  return {
    direction,
    pod,
    ruling: doubt === undefined ? ruling : { verdict: 'unknown', basis: { kind: 'doubt', doubts: [doubt] } },
  };
}

/** By the API's own words: neither itself nor its own node can be kept from a pod. */
function exemption({ direction, self, peer }: Traffic, { translated }: Read): string | undefined {
  const { name, node, uid } = self.pod;
  if (peer.kind === 'pod' && peer.pod.uid === uid && !translated) return `pod/${name} reaches itself by its loopback`;
  if (direction === 'Ingress' && peer.kind === 'node' && peer.name === node)
    return `${endText(peer)} is on pod/${name}’s own node, which no policy keeps out`;
  return undefined;
}

function doubtOf({ direction, self, peer, dialect }: Traffic, { blurred }: Read): string | undefined {
  if (blurred !== undefined) return blurred;
  if (peer.kind === 'pod' && peer.pod.uid === self.pod.uid)
    return `a pod’s way to itself by a Service is left to the enforcer`;
  const own = direction === 'Egress' && peer.kind === 'node' && peer.name === self.pod.node;
  return own && dialect.closesOwnNode === 'unknown'
    ? `whether egress policies close pod/${self.pod.name}’s own node is left to the enforcer`
    : undefined;
}

export function doubtsOf({ ways, enforcer, says }: Extract<Intended, { kind: 'told' }>): readonly string[] {
  const open = ways.flatMap(({ sides }) => sides.flatMap(({ ruling }) => doubtsIn(ruling.basis)));
  const unsure = enforcer.enforces === 'unknown' && says !== 'allow';
  return [...(unsure ? [unsureText(enforcer)] : []), ...new Set(open)];
}
const doubtsIn = (basis: Side['ruling']['basis']): readonly string[] => (basis.kind === 'doubt' ? basis.doubts : []);
