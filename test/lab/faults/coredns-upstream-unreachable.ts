import { toOutsideName } from '../dns.js';
import { defineFault } from '../fault.js';
import { outOf } from '../scene.js';
import { hostOf } from '../settings.js';

const TABLE = 'inet fault';

export const fault = defineFault({
  id: 'coredns-upstream-unreachable',
  incident: 'KN-077',
  story: 'the resolver that CoreDNS forwards to no longer answers: outside names time out, cluster names work',
  layer: 'L7',
  cause: 'dns-upstream-failing',
  // The router is the nodes’ resolver, and CoreDNS forwards to what its node’s resolv.conf names.
  object: ({ lab }) => hostOf(lab.cidrs.nodes, 1),
  flow: toOutsideName,
  flavours: ['A', 'B', 'C'],
  // CoreDNS gives up after some seconds and says SERVFAIL; many a client has stopped waiting by then.
  sees: 'wrong-answer',
  healer: 'none: the resolver lies outside the cluster',
  async inject({ lab }) {
    const chain = 'type filter hook input priority 0;';
    const script = `nft add table ${TABLE}; nft 'add chain ${TABLE} in { ${chain} }'; nft add rule ${TABLE} in meta l4proto { tcp, udp } th dport 53 drop`;
    outOf(await lab.outside.sh(script), 'upstream');
  },
  heal: async ({ lab }) => void (await lab.outside.sh(`nft delete table ${TABLE}`)),
});
