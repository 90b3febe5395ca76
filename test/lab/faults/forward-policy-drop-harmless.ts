import { defineFault } from '../fault.js';
import { toBackend } from '../ground.js';

export const fault = defineFault({
  id: 'forward-policy-drop-harmless',
  incident: 'KN-013',
  story:
    'Docker set FORWARD’s policy to DROP, and flannel’s own rules accept the pods’ traffic before it: nothing is wrong',
  layer: 'L3',
  cause: 'none',
  object: () => '',
  flow: toBackend,
  flavours: ['A', 'B'],
  sees: 'ok',
  shows: ({ draw }) => ({ on: draw.sick, command: 'iptables -S FORWARD | head -1' }),
  healer: 'none: no program of the cluster writes a policy of a built-in chain',
  inject: async ({ draw, on }) => void (await on(draw.sick, 'iptables -P FORWARD DROP')),
  heal: async ({ draw, on }) => void (await on(draw.sick, 'iptables -P FORWARD ACCEPT')),
});
