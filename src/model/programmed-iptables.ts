import type { Iptables, IptablesChain, IptablesRule, Netfilter } from '../facts/netfilter.js';
import { endpointChain, serviceChain, type PortOfService } from './chain-names.js';
import type { Backend, Found, Wanted } from './programmed.js';

const SAVE = { nft: 'iptables-nft-save', legacy: 'iptables-legacy-save' } as const;

/** Undefined where no backend holds a KUBE-SERVICES chain at all and none ever did: then another proxy serves. */
export function foundInIptables({ iptables }: Netfilter, wanted: Wanted): Found | undefined {
  const own = iptables.find(({ tables }) => tables.get('nat')?.chains.has('KUBE-SERVICES')) ?? iptables[0];
  if (!own) return undefined;
  const chains = chainsOf(own, 'nat');
  const entry = entryOf(chains, wanted);
  const backends = entry && backendsOf(chains, wanted);
  const refusal = refusalOf(own, wanted);
  return {
    by: 'kube-proxy',
    jumps: `${wanted.hook} to KUBE-SERVICES`,
    jump: jumps(chains.get(wanted.hook), 'KUBE-SERVICES'),
    ...(entry ? { entry: entry.text } : {}),
    ...(refusal ? { refusal: refusal.text } : {}),
    ...(backends ? { backends } : {}),
    command: `${SAVE[own.backend]} -t ${refusal ? 'filter' : 'nat'}`,
  };
}

const chainsOf = (own: Iptables, table: string): ReadonlyMap<string, IptablesChain> =>
  own.tables.get(table)?.chains ?? new Map<string, IptablesChain>();
const jumps = (chain: IptablesChain | undefined, to: string): boolean =>
  chain?.rules.some(({ target }) => target?.name === to) ?? false;

function entryOf(chains: ReadonlyMap<string, IptablesChain>, wanted: Wanted): IptablesRule | undefined {
  const chain = chains.get(wanted.nodePort ? 'KUBE-NODEPORTS' : 'KUBE-SERVICES');
  // The masquerade rules of releases before 1.21 match the same packets: only a jump to a service's chain is an entry.
  return chain?.rules.find(
    (rule) => /^KUBE-(SVC|SVL|EXT|FW|XLB)-/.test(rule.target?.name ?? '') && matches(rule, wanted),
  );
}

function refusalOf(own: Iptables, wanted: Wanted): IptablesRule | undefined {
  const chain = chainsOf(own, 'filter').get(wanted.nodePort ? 'KUBE-EXTERNAL-SERVICES' : 'KUBE-SERVICES');
  return chain?.rules.find((rule) => /^(REJECT|DROP)$/.test(rule.target?.name ?? '') && matches(rule, wanted));
}

function matches(rule: IptablesRule, { address, dport, port, nodePort }: Wanted): boolean {
  const value = (flag: string): string | undefined =>
    rule.matches.flatMap(({ options }) => options).find((option) => option.flag === flag && !option.negated)?.values[0];
  const protocol = value('p');
  return (
    value('dport') === String(dport) &&
    (protocol === undefined || protocol === port.protocol.toLowerCase()) &&
    // From 1.31 a twin of each node port's rule counts what comes by loopback: it is not this packet's.
    (value('d') === `${address}/32` || (nodePort && value('d') === undefined))
  );
}

function backendsOf(chains: ReadonlyMap<string, IptablesChain>, wanted: Wanted): readonly Backend[] | undefined {
  const { service, port } = wanted;
  const id = { namespace: service.namespace, name: service.name, portName: port.name, protocol: port.protocol };
  const chain = chains.get(serviceChain(wanted.local ? 'KUBE-SVL-' : 'KUBE-SVC-', id));
  if (!chain) return undefined;
  return [...sharesOf(chain)].flatMap(([name, share]) => {
    const backend = backendOf(chains.get(name), name, id);
    return backend ? [{ ...backend, share }] : [];
  });
}

/** Each rule takes its part of what those before it left; one without dice takes all. */
function sharesOf({ rules }: IptablesChain): ReadonlyMap<string, NonNullable<Backend['share']>> {
  const shares = new Map<string, NonNullable<Backend['share']>>();
  let left = 1;
  for (const { target, matches: all, text } of rules) {
    const name = target?.name ?? '';
    if (!name.startsWith('KUBE-SEP-')) continue;
    const known = shares.get(name);
    // Clients that were here before go where they were: that says nothing of new ones.
    const isMemory = all.some(({ module }) => module === 'recent');
    const flag = all.flatMap(({ options }) => options).find((option) => option.flag === 'probability');
    const part = isMemory ? 0 : left * Number(flag?.values[0] ?? 1);
    left -= part;
    shares.set(name, { part: (known?.part ?? 0) + part, text: known && isMemory ? known.text : text });
  }
  return shares;
}

function backendOf(chain: IptablesChain | undefined, name: string, id: PortOfService): Backend | undefined {
  const rule = chain?.rules.find(({ target }) => target?.name === 'DNAT');
  const to = rule?.target?.options.find(({ flag }) => flag === 'to-destination')?.values[0];
  if (!rule || to === undefined) return undefined;
  // The chain's name is the hash of the endpoint it was made for; its first rule names that endpoint's address.
  const made = chain?.rules
    .flatMap(({ matches: all }) => all.flatMap(({ options }) => options))
    .find(({ flag }) => flag === 's');
  const ip = made?.values[0]?.replace('/32', '');
  const honest = endpointChain(id, to) === name;
  return { to, text: rule.text, ...(honest || ip === undefined ? {} : { namedFor: ip }) };
}
