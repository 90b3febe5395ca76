import { processOf, quote } from '../client.js';
import { toName } from '../dns.js';
import { defineFault } from '../fault.js';
import { addressIn } from '../ground.js';
import type { Scene } from '../scene.js';

/** In the Service range and allocated to nobody: the controller hands addresses out from the lower and the whole range's middle. */
const elsewhere = ({ lab, draw }: Scene): string => addressIn(lab.cidrs.dns, 240 + (draw.number % 10));

async function rewrite(scene: Scene, text: string): Promise<void> {
  const { node, pid } = await processOf(scene, scene.draw.client.pod);
  // Written in place: the file is a mount, which a rename would not reach.
  await scene.on(node, `printf %s ${quote(text)} > /proc/${pid}/root/etc/resolv.conf`);
}

export const fault = defineFault({
  id: 'pod-resolver-elsewhere',
  incident: 'KN-084',
  story: 'one pod’s resolv.conf names an address that is not the cluster’s DNS: only its names fail',
  layer: 'L7',
  cause: 'pod-resolver-wrong',
  object: elsewhere,
  flow: toName,
  flavours: ['A', 'B', 'C'],
  sees: 'timeout',
  healer: 'none: kubelet writes the file when a pod is made, and never looks again',
  async inject(scene) {
    const { node, pid } = await processOf(scene, scene.draw.client.pod);
    const was = await scene.on(node, `cat /proc/${pid}/root/etc/resolv.conf`);
    scene.keep('resolv.conf', was);
    await rewrite(scene, was.replace(/^nameserver .*$/m, `nameserver ${elsewhere(scene)}`));
  },
  async heal(scene) {
    if (scene.kept('resolv.conf') !== '') await rewrite(scene, scene.kept('resolv.conf'));
  },
});
