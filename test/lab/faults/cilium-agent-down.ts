import { CILIUM, startOn, stopOn } from '../agents.js';
import { defineFault } from '../fault.js';
import { ledgerFlow, ledgerGone, ledgerMoves, ledgerServes } from '../ledger.js';

export const fault = defineFault({
  id: 'cilium-agent-down',
  incident: 'row-23',
  story:
    'the Cilium agent of one node is gone and a Service was made since: what the kernel has still works, nothing new does',
  layer: 'L4',
  cause: 'cni-agent-down',
  object: ({ draw }) => draw.near,
  prepare: (scene) => ledgerServes(scene, '0.0.0.0'),
  flow: ledgerFlow,
  stopsAt: 'what the programs hold is read through the agent, and it is the agent that is down',
  flavours: ['C'],
  sees: 'timeout',
  healer: 'the DaemonSet would start it again; an affinity in its template keeps it off this node',
  seconds: 60,
  async inject(scene) {
    await stopOn(scene, CILIUM, scene.draw.near);
    await ledgerMoves(scene);
  },
  heal: (scene) => startOn(scene, CILIUM, scene.draw.near),
  tidy: ledgerGone,
});
