// What kube-router has programmed on a node for one pod, against the policies: chains by their comments, sets by their names.
import type { PolicyObject } from '../../facts/kube.js';
import type { IptablesRule, Netfilter } from '../../facts/netfilter.js';
import type { PolicedPod } from '../../model/policed.js';
import { setDrifts, type About, type Drift, type Programmed } from './kube-router-sets.js';
import type { Direction, Traffic } from './traffic.js';

/** Undefined: what could not be read may hold the rest. What is seen to be wrong is wrong all the same. */
export function driftsOf(programmed: Programmed): readonly Drift[] | undefined {
  const { traffic, node, netfilter } = programmed;
  const { self, direction } = traffic;
  const [backend] = netfilter.iptables;
  if (!backend) return undefined;
  const isWhole = !netfilter.unread.some((what) => what.includes('iptables'));
  const about = { node, pod: { namespace: self.pod.namespace, name: self.pod.name } };
  const firewall = firewallOf(netfilter, self);
  const own = self.selecting.filter(({ types }) => types.includes(direction));
  if (!firewall && !isWhole) return undefined;
  if (!firewall) return own.length === 0 ? [] : [unguarded(own, self, { ...about, command: saving(backend.backend) })];
  const jumps = jumpsOf(firewall.rules, self.pod.ip ?? '', direction);
  const at = { ...about, command: firewall.command };
  const gone = own.filter(({ name }) => !jumps.has(name)).map((policy) => missing(policy, traffic, at));
  const extra = [...jumps].filter(([name]) => !own.some((one) => one.name === name));
  const sets = own.filter(({ name }) => jumps.has(name)).map((policy) => setDrifts(policy, programmed));
  if (sets.includes(undefined)) return undefined;
  const found = [
    ...gone,
    ...extra.map(([name, rule]) => left(name, rule, at)),
    ...sets.flatMap((drifts) => drifts ?? []),
  ];
  return found.length > 0 || isWhole ? found : undefined;
}

const saving = (backend: 'nft' | 'legacy'): string => `iptables-${backend}-save -t filter`;

type At = About & Pick<Drift, 'command'>;

function unguarded(policies: readonly PolicyObject[], { pod }: PolicedPod, at: At): Drift {
  const policy = policies.map(({ name }) => name).join(', ');
  const says = `${at.node} has no chain of kube-router’s for pod/${pod.name}, so ${policy} is not enforced there`;
  return { ...at, policy, says, shows: `no KUBE-POD-FW chain for ${pod.ip}`, hits: 'opens' };
}

function missing({ name }: PolicyObject, { self, direction }: Traffic, at: At): Drift {
  const only = self.selecting.filter(({ types }) => types.includes(direction)).length === 1;
  return {
    ...at,
    policy: name,
    says: `${at.node} does not run pod/${self.pod.name} through ${name}`,
    shows: `no rule "run through nw policy ${name}" in its chain`,
    // Where it is the only one the pod is open; beside others, what it alone allows is closed.
    hits: only ? 'opens' : 'closes',
  };
}

const left = (name: string, rule: IptablesRule, at: At): Drift => ({
  ...at,
  policy: name,
  says: `${at.node} still runs pod/${at.pod.name} through ${name}, which does not select it`,
  shows: rule.text,
  hits: 'closes',
});

interface Firewall {
  readonly rules: readonly IptablesRule[];
  readonly command: string;
}

/** The chain that kube-router jumps to for the pod's address; its own name changes with every sync. */
function firewallOf({ iptables }: Netfilter, { pod }: PolicedPod): Firewall | undefined {
  for (const { tables, backend } of iptables) {
    const chains = tables.get('filter')?.chains;
    const jump = chains
      ?.get('KUBE-ROUTER-FORWARD')
      ?.rules.find((rule) => rule.target?.name.startsWith('KUBE-POD-FW-') && value(rule, 'd') === `${pod.ip}/32`);
    const found = jump?.target && chains?.get(jump.target.name);
    if (found) return { rules: found.rules, command: saving(backend) };
  }
  return undefined;
}

const value = ({ matches }: IptablesRule, flag: string): string | undefined =>
  matches.flatMap(({ options }) => options).find((option) => option.flag === flag && !option.negated)?.values[0];

/** Policies that the pod's traffic in this direction is run through: a jump without addresses serves both. */
function jumpsOf(chain: readonly IptablesRule[], ip: string, direction: Direction): ReadonlyMap<string, IptablesRule> {
  return new Map(
    chain.flatMap((rule) => {
      const [, name] = /^run through nw policy (.+)$/.exec(value(rule, 'comment') ?? '') ?? [];
      const own = value(rule, direction === 'Ingress' ? 'd' : 's');
      const other = value(rule, direction === 'Ingress' ? 's' : 'd');
      const serves = own === undefined ? other === undefined : own === `${ip}/32`;
      return name !== undefined && serves ? [[name, rule] as const] : [];
    }),
  );
}
