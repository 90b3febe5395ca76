import { defineFault } from '../fault.js';
import { toBackend } from '../ground.js';
import type { Scene } from '../scene.js';

const OWN_TABLE = 'inet hostfw';

function rule({ draw }: Scene): string {
  const match = `-d ${draw.across.ip}/32 -p tcp -m tcp --dport ${draw.serverPort}`;
  return `${match} -j REJECT --reject-with icmp-host-prohibited`;
}

// kube-router accepts what its policies allow from its own jump at the top of FORWARD, so only a rule above that counts.
const positionOf = ({ lab, draw }: Scene): number => (lab.flavour.policy === 'none' ? draw.position : 1);

export const fault = defineFault({
  id: 'host-firewall-rejects',
  incident: 'KN-115',
  story:
    'a host firewall rejects forwarded packets with icmp-host-prohibited: clients report no route while every route is right',
  layer: 'L3',
  cause: 'host-firewall-drop',
  // iptables-save writes icmp-host-prohibited, nft writes host-prohibited.
  object: () => 'host-prohibited',
  flow: toBackend,
  stopsAt: ({ draw }) => ({ hop: `node/${draw.sick}`, cites: 'host-prohibited' }),
  flavours: ['A', 'B'],
  sees: 'no-route',
  healer: 'none: flannel re-adds its own rules every 5 s and kube-proxy at a full sync, and neither removes another’s',
  async inject(scene) {
    const { draw, on } = scene;
    if (draw.table === 'iptables')
      return void (await on(draw.sick, `iptables -I FORWARD ${positionOf(scene)} ${rule(scene)}`));
    const match = `ip daddr ${draw.across.ip} tcp dport ${draw.serverPort}`;
    await on(
      draw.sick,
      `nft add table ${OWN_TABLE}
       nft 'add chain ${OWN_TABLE} filter_FORWARD { type filter hook forward priority ${draw.position === 1 ? -10 : 10}; }'
       nft 'add rule ${OWN_TABLE} filter_FORWARD ${match} counter reject with icmp type host-prohibited'`,
    );
  },
  async heal(scene) {
    const { draw, on } = scene;
    await on(
      draw.sick,
      draw.table === 'iptables' ? `iptables -D FORWARD ${rule(scene)}` : `nft delete table ${OWN_TABLE}`,
    );
  },
});
