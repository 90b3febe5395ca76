import { defineFault } from '../fault.js';
import { OVERLAY, toBackend } from '../ground.js';

export const fault = defineFault({
  id: 'stale-vtep-mac',
  incident: 'KN-007',
  story:
    'udev gave the tunnel device a new MAC after flannel had published the old one; peers address frames to nobody',
  layer: 'L2',
  cause: 'overlay-peer-wrong',
  object: ({ draw }) => draw.sick,
  flow: toBackend,
  flavours: ['A'],
  sees: 'timeout',
  healer: 'flannel publishes the MAC when it starts, and never looks again',
  async inject({ draw: { sick, number }, keep, on }) {
    keep('mac', (await on(sick, `cat /sys/class/net/${OVERLAY}/address`)).trim());
    const tail = [number >> 8, number & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    await on(sick, `ip link set ${OVERLAY} address 02:00:00:00:${tail}`);
  },
  async heal({ draw, kept, on }) {
    if (kept('mac') !== '') await on(draw.sick, `ip link set ${OVERLAY} address ${kept('mac')}`);
  },
});
