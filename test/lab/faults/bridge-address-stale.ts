import { defineFault } from '../fault.js';
import { addressIn, BRIDGE, toBackend } from '../ground.js';

export const fault = defineFault({
  id: 'bridge-address-stale',
  incident: 'row-45',
  story: 'the bridge kept its address from the node’s former pod range: the node has no way to its own pods',
  layer: 'L3',
  cause: 'cni-address-stale',
  object: () => BRIDGE,
  flow: toBackend,
  stopsAt: ({ draw }) => ({ hop: `node/${draw.far}`, cites: 'default via' }),
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer: 'none: the CNI plugin refuses such a bridge when a pod is made, and does not repair it',
  async inject({ draw: { far, number }, keep, on }) {
    const now = (await on(far, `ip -4 -o addr show dev ${BRIDGE} | awk '{print $4; exit}'`)).trim();
    keep('address', now);
    const third = 100 + (number % 100);
    const old = `${addressIn(now, 0).replace(/\.\d+\.0$/, `.${third}.1`)}/24`;
    keep('old', old);
    await on(far, `ip addr add ${old} dev ${BRIDGE} && ip addr del ${now} dev ${BRIDGE}`);
  },
  async heal({ draw: { far }, kept, on }) {
    if (kept('address') === '') return;
    await on(far, `ip addr add ${kept('address')} brd + dev ${BRIDGE}; ip addr del ${kept('old')} dev ${BRIDGE}; true`);
  },
});
