// kube-router's sets: which pods a policy selects, whom each rule admits, and which blocks, against what the API says.
import type { PolicyObject, PolicyRule } from '../../facts/kube.js';
import type { Netfilter } from '../../facts/netfilter.js';
import type { PolicedEnd } from '../../model/policed.js';
import { blockEntries } from './kube-router-blocks.js';
import { peerSet, selectedSet } from './kube-router-names.js';
import { peerMatch } from './peer.js';
import type { Direction, Traffic } from './traffic.js';

export interface Drift {
  readonly node: string;
  readonly pod: { readonly namespace: string; readonly name: string };
  readonly policy: string;
  readonly says: string;
  /** The rule or member itself, or that there is none. */
  readonly shows: string;
  readonly command: string;
  /** Of what the policies want: the node lets less through, or more. */
  readonly hits: 'closes' | 'opens';
}
export interface Programmed {
  readonly node: string;
  readonly netfilter: Netfilter;
  readonly traffic: Traffic;
}
export type About = Pick<Drift, 'node' | 'pod'>;

/** Undefined: the sets were not read. */
export function setDrifts(policy: PolicyObject, programmed: Programmed): readonly Drift[] | undefined {
  const { traffic, netfilter, node } = programmed;
  const { self, direction, peer } = traffic;
  // The sets are read by another tool than the rules, and only where a rule names one.
  if (netfilter.ipsets.length === 0) return namesSets(netfilter) ? undefined : ruleDrifts(policy, programmed);
  const at = { node, pod: { namespace: self.pod.namespace, name: self.pod.name }, policy: policy.name };
  const has = (set: string, ip: string): boolean | undefined =>
    netfilter.ipsets.find(({ name }) => name === set)?.members.includes(ip);
  const selected = selectedSet(policy, direction);
  const first = lacking(has(selected, self.pod.ip ?? ''), { ...at, set: selected, whom: self, as: 'which it selects' });
  const rules = direction === 'Ingress' ? policy.ingress : policy.egress;
  const peers = rules.flatMap((rule, index) => {
    if (peer.kind !== 'pod' || !rule.peers.some(({ ipBlock }) => !ipBlock)) return [];
    const set = peerSet(policy, { direction, rule: index, of: 'pod' });
    const wanted = wants(rule, policy, traffic);
    const found = has(set, peer.pod.ip ?? '') ?? false;
    if (wanted === undefined || wanted === found) return [];
    const of = { ...at, set, whom: peer, as: `which ${direction.toLowerCase()} rule ${index + 1} admits` };
    return wanted ? lacking(false, of) : [surplus(of, index, direction)];
  });
  return [
    ...first,
    ...peers,
    ...rules.flatMap((rule, index) => blockDrifts(rule, { ...at, direction, index }, netfilter)),
  ];
}

const namesSets = ({ iptables }: Netfilter): boolean =>
  iptables.some(({ tables }) =>
    [...(tables.get('filter')?.chains.values() ?? [])].some(({ rules }) =>
      rules.some(({ text }) => text.includes('--match-set')),
    ),
  );

/**
 * Every rule that kube-router writes for a policy names a set, and for peers that no pod is it writes none. Where none is
 * written at all, the policy must have nothing to say for this peer. Undefined: port names, of which none may be left.
 */
function ruleDrifts(policy: PolicyObject, { traffic, node }: Programmed): readonly Drift[] | undefined {
  const { self, direction } = traffic;
  const rules = direction === 'Ingress' ? policy.ingress : policy.egress;
  const index = rules.findIndex((rule) => {
    const { peers } = rule;
    return peers.length === 0 || peers.some(({ ipBlock }) => ipBlock) || wants(rule, policy, traffic) === true;
  });
  const rule = rules[index];
  if (!rule) return [];
  if (rule.ports.some(({ port }) => typeof port === 'string')) return undefined;
  const { namespace, name } = self.pod;
  return [
    {
      node,
      pod: { namespace, name },
      policy: policy.name,
      says: `${node} has no rule of kube-router’s for ${direction.toLowerCase()} rule ${index + 1} of ${policy.name}`,
      shows: 'no rule with --match-set in table filter',
      command: "iptables-save -t filter | grep -c -e '--match-set'",
      hits: 'closes',
    },
  ];
}

/** A rule's blocks as kube-router writes them, against the set that holds them. */
function blockDrifts({ peers }: PolicyRule, about: RuleOf, { ipsets }: Netfilter): readonly Drift[] {
  const blocks = peers.flatMap(({ ipBlock }) => (ipBlock && !ipBlock.cidr.includes(':') ? [ipBlock] : []));
  if (blocks.length === 0) return [];
  const { node, pod, policy, direction, index } = about;
  const set = peerSet({ namespace: pod.namespace, name: policy }, { direction, rule: index, of: 'ipblock' });
  const wanted = [...blockEntries(blocks)].map(([range, flag]) => (flag === 'nomatch' ? `${range} nomatch` : range));
  const held = ipsets.find(({ name }) => name === set)?.members ?? [];
  const lacks = wanted.find((one) => !held.includes(one));
  const odd = held.find((one) => !wanted.includes(one));
  if (lacks === undefined && odd === undefined) return [];
  const way = `${direction.toLowerCase()} rule ${index + 1} of ${policy}`;
  const says = lacks === undefined ? `${node} still holds ${odd} for ${way}` : `${node} lacks ${lacks} for ${way}`;
  const opens = lacks === undefined ? !odd?.endsWith('nomatch') : lacks.endsWith('nomatch');
  const shows = lacks === undefined ? `add ${set} ${odd}` : `${set} without ${lacks}`;
  return [{ node, pod, policy, says, shows, command: shownSet(set), hits: opens ? 'opens' : 'closes' }];
}
interface RuleOf extends About {
  readonly policy: string;
  readonly direction: Direction;
  readonly index: number;
}

/** Whether the rule's selectors mean the peer; undefined where that is not known. */
function wants({ peers }: PolicyRule, policy: PolicyObject, traffic: Traffic): boolean | undefined {
  const found = peers.filter(({ ipBlock }) => !ipBlock).map((one) => peerMatch(one, policy, traffic).kind);
  if (found.includes('yes')) return true;
  return found.includes('unknown') ? undefined : false;
}

interface Member extends About {
  readonly policy: string;
  readonly set: string;
  readonly whom: PolicedEnd;
  readonly as: string;
}
const shownSet = (set: string): string => `ipset save ${set}`;
const whoText = (end: PolicedEnd): string => (end.kind === 'pod' ? `pod/${end.pod.name} (${end.pod.ip})` : '');

function lacking(held: boolean | undefined, { whom, as, set, node, pod, policy }: Member): readonly Drift[] {
  if (held === true) return [];
  const at = { node, pod, policy };
  const says = `${at.node} has not put ${whoText(whom)} into ${set} of ${at.policy}, ${as}`;
  const shows = held === undefined ? `no set ${set}` : `${set} without ${whom.kind === 'pod' ? whom.pod.ip : ''}`;
  return [{ ...at, says, shows, command: shownSet(set), hits: 'closes' }];
}

function surplus({ whom, set, node, pod, policy }: Member, rule: number, direction: Direction): Drift {
  const ip = whom.kind === 'pod' ? whom.pod.ip : '';
  const which = `whose ${direction.toLowerCase()} rule ${rule + 1} does not admit it`;
  const says = `${node} still has ${whoText(whom)} in ${set} of ${policy}, ${which}`;
  return { node, pod, policy, says, shows: `add ${set} ${ip}`, command: shownSet(set), hits: 'opens' };
}
