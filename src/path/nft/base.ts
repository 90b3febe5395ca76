// The base chains of a native nft table at one hook.
import type { NftTable } from '../../facts/netfilter.js';
import type { HookName } from '../chain.js';
import type { BaseChain } from '../hooks.js';

export function nftBaseChains(table: NftTable, hook: HookName): readonly BaseChain[] {
  return [...table.chains.values()].flatMap((chain): readonly BaseChain[] => {
    if (!chain.base || chain.base.hook !== hook) return [];
    const label = `nft ${table.family} ${table.name} ${chain.name}`;
    const why = `what ${label} does`;
    return [
      {
        label,
        type: chain.base.type,
        priority: chain.base.priority,
        policy: chain.base.policy,
        policyText: `policy ${chain.base.policy}`,
        command: `nft list chain ${table.family} ${table.name} ${chain.name}`,
        run: ({ frame, fork }) => [{ frame, fork, trail: undefined, verdict: { kind: 'unknown', why } }],
      },
    ];
  });
}
