import { defineFault } from '../fault.js';
import { ipOf, peerOf, toBackend } from '../ground.js';
import type { Scene } from '../scene.js';

const rule = (scene: Scene): string =>
  `-s ${ipOf(scene, peerOf(scene, scene.draw.sick))}/32 -p udp -m udp --dport 8472 -m comment --comment "zone drop" -j DROP`;

export const fault = defineFault({
  id: 'host-firewall-drops-overlay',
  incident: 'row-5',
  story: 'the host firewall of one node drops the overlay’s port from its peers, silently',
  layer: 'L3',
  cause: 'host-firewall-drop',
  object: () => 'zone drop',
  flow: toBackend,
  stopsAt: ({ draw }) => ({ hop: `node/${draw.sick}`, cites: 'zone drop' }),
  flavours: ['A'],
  sees: 'timeout',
  healer: 'none: no program of the cluster writes INPUT rules about the overlay',
  inject: async (scene) =>
    void (await scene.on(scene.draw.sick, `iptables -I INPUT ${scene.draw.position} ${rule(scene)}`)),
  heal: async (scene) => void (await scene.on(scene.draw.sick, `iptables -D INPUT ${rule(scene)}`)),
});
