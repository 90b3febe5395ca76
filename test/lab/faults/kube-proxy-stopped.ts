import { KUBE_PROXY, startOn, stopOn, withoutServiceTable } from '../agents.js';
import { defineFault } from '../fault.js';
import { untranslated } from '../ground.js';
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
  stopsAt: untranslated,
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer: 'the DaemonSet would start it again; an affinity in its template keeps it off this node',
  seconds: 60,
  async inject(scene) {
    await stopOn(scene, KUBE_PROXY, scene.draw.near);
    await ledgerMoves(scene);
  },
  async heal(scene) {
    await withoutServiceTable(scene, scene.draw.near);
    await startOn(scene, KUBE_PROXY, scene.draw.near);
  },
  tidy: ledgerGone,
});
