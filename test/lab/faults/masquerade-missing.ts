import { defineFault, type Flow } from '../fault.js';
import type { Scene } from '../scene.js';

const COMMENT = 'ip-masq-agent: not masqueraded';

const rule = ({ lab, draw }: Scene): string =>
  `-s ${draw.client.ip}/24 -d ${lab.cidrs.outside}/24 -m comment --comment "${COMMENT}" -j ACCEPT`;

function toOutside({ lab, draw }: Scene): Flow {
  const address = lab.cidrs.outside;
  return { source: `pod/${draw.client.pod}`, dest: `${address}:80`, probe: 'http', address, port: 80 };
}

export const fault = defineFault({
  id: 'masquerade-missing',
  incident: 'row-36',
  story:
    'an outside range was listed as not to be masqueraded: packets leave with pod addresses and no answer finds back',
  layer: 'L3',
  cause: 'masquerade-missing',
  object: () => COMMENT,
  flow: toOutside,
  stopsAt: ({ draw }) => ({ hop: `node/${draw.near}`, cites: COMMENT }),
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer: 'none: flannel re-adds its own rules every 5 s, which the one above them keeps from being reached',
  inject: async (scene) => void (await scene.on(scene.draw.near, `iptables -t nat -I POSTROUTING 1 ${rule(scene)}`)),
  heal: async (scene) => void (await scene.on(scene.draw.near, `iptables -t nat -D POSTROUTING ${rule(scene)}`)),
});
