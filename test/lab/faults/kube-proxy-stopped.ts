import { KUBE_PROXY, startOn, stopOn } from '../agents.js';
import { defineFault } from '../fault.js';
import { ledgerFlow, ledgerGone, ledgerMoves, ledgerServes } from '../ledger.js';

export const fault = defineFault({
  id: 'kube-proxy-stopped',
  incident: 'KN-045',
  story: 'kube-proxy ended on one node, and a Service was made afterwards: only from that node it does not exist',
  layer: 'L4',
  cause: 'kube-proxy-unhealthy',
  object: ({ draw }) => draw.near,
  prepare: (scene) => ledgerServes(scene, '0.0.0.0'),
  flow: ledgerFlow,
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer: 'the DaemonSet would start it again; an affinity in its template keeps it off this node',
  seconds: 60,
  async inject(scene) {
    await stopOn(scene, KUBE_PROXY, scene.draw.near);
    await ledgerMoves(scene);
  },
  async heal(scene) {
    // Seen with 1.34.2 and nft 1.0.6: a kube-proxy that finds its own table at start leaves the Service maps empty.
    await scene.on(scene.draw.near, 'nft delete table ip kube-proxy; nft delete table ip6 kube-proxy; true');
    await startOn(scene, KUBE_PROXY, scene.draw.near);
  },
  tidy: ledgerGone,
});
