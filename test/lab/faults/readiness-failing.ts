import { defineFault } from '../fault.js';
import { processOf } from '../client.js';
import { refusedWithoutBackend, toService } from '../ground.js';
import type { Scene } from '../scene.js';

// The server answers 503 on its readiness path while this file exists.
const NOT_READY = '/tmp/not-ready';

async function everyBackend(scene: Scene, command: string): Promise<void> {
  for (const { pod } of [scene.draw.same, scene.draw.across]) {
    const { node, pid } = await processOf(scene, pod);
    await scene.on(node, `${command} /proc/${pid}/root${NOT_READY}`);
  }
}

export const fault = defineFault({
  id: 'readiness-failing',
  incident: 'row-1',
  story: 'every replica answers its readiness probe with 503, so the Service has pods and no endpoint',
  layer: 'L7',
  cause: 'endpoints-not-ready',
  object: ({ draw }) => draw.service.name,
  flow: toService,
  stopsAt: refusedWithoutBackend,
  flavours: ['A', 'B', 'C'],
  sees: { default: 'refused', cilium: 'not-permitted' },
  healer: 'none: kubelet repeats the probe and gets the same answer',
  inject: (scene) => everyBackend(scene, 'touch'),
  heal: (scene) => everyBackend(scene, 'rm -f'),
});
