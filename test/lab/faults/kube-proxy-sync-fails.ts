import { KUBE_PROXY, podOn, withoutServiceTable } from '../agents.js';
import { processOf } from '../client.js';
import { defineFault } from '../fault.js';
import { untranslated } from '../ground.js';
import { ledgerFlow, ledgerGone, ledgerMoves, ledgerServes } from '../ledger.js';
import type { Scene } from '../scene.js';

// What a sync needs from its image: the matches that iptables-restore loads, or the program itself.
async function needOf(scene: Scene): Promise<string> {
  const pod = await podOn(scene, KUBE_PROXY, scene.draw.near);
  const { pid } = await processOf(scene, pod, KUBE_PROXY.namespace);
  const files = scene.lab.flavour.proxy === 'iptables' ? 'usr/lib/*/xtables/libxt_comment.so' : 'usr/sbin/nft';
  return (await scene.on(scene.draw.near, `ls /proc/${pid}/root/${files}`)).trim();
}

export const fault = defineFault({
  id: 'kube-proxy-sync-fails',
  incident: 'KN-072',
  story:
    'kube-proxy runs and is Ready, and every sync fails for a part missing from its image: no change reaches the kernel',
  layer: 'L4',
  cause: 'kube-proxy-unhealthy',
  object: ({ draw }) => draw.near,
  prepare: (scene) => ledgerServes(scene, '0.0.0.0'),
  flow: ledgerFlow,
  stopsAt: untranslated,
  flavours: ['A', 'B'],
  sees: 'timeout',
  healer: 'kube-proxy tries again every 30 s and at every change, and fails again',
  seconds: 60,
  async inject(scene) {
    const file = await needOf(scene);
    scene.keep('file', file);
    await scene.on(scene.draw.near, `mv ${file} ${file}.off`);
    await ledgerMoves(scene);
  },
  async heal(scene) {
    const file = scene.kept('file');
    if (file === '') return;
    await withoutServiceTable(scene, scene.draw.near);
    await scene.on(scene.draw.near, `mv ${file}.off ${file}`);
    // A failed sync is repeated after 30 s; a change to any Service is synced within one.
    await ledgerMoves(scene);
  },
  tidy: ledgerGone,
});
