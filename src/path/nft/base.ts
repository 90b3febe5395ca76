// The base chains of a native nft table at one hook.
import type { NftTable } from '../../facts/netfilter.js';
import { type ChainRule, type Chains, type HookName, runChain } from '../chain.js';
import type { BaseChain } from '../base-chain.js';
import { nftRule } from './statement.js';

/** Tables of these families see IPv4 packets at the hooks that the walk passes. */
const FAMILIES = new Set(['ip', 'inet']);

export function nftBaseChains(table: NftTable, hook: HookName): readonly BaseChain[] {
  const chains = chainsOf(table);
  return [...table.chains.values()].flatMap(({ name, base }): readonly BaseChain[] => {
    if (!base || base.hook !== hook || !FAMILIES.has(table.family)) return [];
    return [
      {
        label: `nft ${table.family} ${table.name} ${name}`,
        type: base.type,
        priority: base.priority,
        policy: base.policy,
        policyText: `policy ${base.policy}`,
        command: `nft list chain ${table.family} ${table.name} ${name}`,
        run: (start, sight) => runChain({ chains, name, sight }, start),
      },
    ];
  });
}

const compiled = new WeakMap<NftTable, Map<string, readonly ChainRule[]>>();

function chainsOf(table: NftTable): Chains {
  const known = compiled.get(table) ?? new Map<string, readonly ChainRule[]>();
  compiled.set(table, known);
  return (name) => {
    const before = known.get(name);
    if (before) return before;
    const rules = table.chains.get(name)?.rules.map((rule) => nftRule(table, rule));
    if (rules) known.set(name, rules);
    return rules;
  };
}
