import { defineFault } from '../fault.js';
import { toService, untranslated } from '../ground.js';

export const fault = defineFault({
  id: 'service-jump-removed',
  incident: 'KN-051',
  story:
    'a firewall reload took the jump to kube-proxy’s chains on one node: its rules are all there, and nothing reaches them',
  layer: 'L4',
  cause: 'service-rules-wrong',
  object: ({ lab }) => (lab.flavour.proxy === 'iptables' ? 'KUBE-SERVICES' : 'nat-prerouting'),
  flow: toService,
  stopsAt: untranslated,
  flavours: ['A', 'B'],
  // In nftables mode kube-proxy rejects what still carries a Service’s address after NAT.
  sees: { default: 'timeout', nftables: 'refused' },
  healer: 'kube-proxy ensures its jumps at a full sync, hourly or after its canary chain vanished, which it did not',
  async inject({ draw: { near }, lab, keep, on }) {
    if (lab.flavour.proxy === 'iptables') {
      const rule = (await on(near, 'iptables -t nat -S PREROUTING | grep -- "-j KUBE-SERVICES"')).trim();
      keep('back', rule.replace('-A PREROUTING', 'iptables -t nat -I PREROUTING 1'));
      return void (await on(near, rule.replace('-A', 'iptables -t nat -D')));
    }
    const find = `nft -a list chain ip kube-proxy nat-prerouting | sed -n 's/.*jump services # handle \\([0-9]*\\)/\\1/p'`;
    keep('back', 'nft add rule ip kube-proxy nat-prerouting jump services');
    await on(near, `nft delete rule ip kube-proxy nat-prerouting handle $(${find})`);
  },
  async heal({ draw, kept, on }) {
    if (kept('back') !== '') await on(draw.near, kept('back'));
  },
});
