import { defineFault } from '../fault.js';
import { podCidrOf, toBackend, underlayClear, underlayRule } from '../ground.js';

/** What the underlay carries, where the nodes believe in 1500. */
const UNDERLAY_MTU = 1400;

export const fault = defineFault({
  id: 'path-mtu-black-hole',
  incident: 'KN-089',
  story:
    'the underlay carries 1400 bytes and its ICMP is blocked: handshakes and small answers pass, large ones never end',
  layer: 'L3',
  cause: 'path-mtu-black-hole',
  object: ({ draw }) => draw.across.ip,
  flow: (scene) => ({ ...toBackend(scene), probe: 'large' }),
  stopsAt: 'small packets pass: no route or rule looks at the size, and what the underlay carries no node holds',
  flavours: ['A', 'B', 'C'],
  sees: 'large-lost',
  healer: 'none: the kernel would lower the path’s MTU if an ICMP told it to, and none comes',
  async inject(scene) {
    if (scene.lab.flavour.cni !== 'host-gw')
      return underlayRule(scene, `udp dport 8472 ip length gt ${UNDERLAY_MTU} counter drop`);
    // Only the pods' packets: the nodes' own large ones carry this lab's control plane.
    return underlayRule(
      scene,
      `ip saddr ${await podCidrOf(scene, scene.draw.far)} ip length gt ${UNDERLAY_MTU} counter drop`,
    );
  },
  heal: underlayClear,
});
