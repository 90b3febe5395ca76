import { FLANNEL, restart } from '../agents.js';
import { defineFault } from '../fault.js';
import { podCidrOf, toBackend } from '../ground.js';
import type { Scene } from '../scene.js';

interface Node {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** A node’s range cannot be changed, so the node is made anew, as after a reinstallation with an old configuration. */
async function recreate(scene: Scene, node: Node, cidr: string): Promise<void> {
  const {
    resourceVersion: _version,
    uid: _uid,
    creationTimestamp: _made,
    managedFields: _fields,
    ...metadata
  } = node.metadata;
  await scene.kubectl('delete', 'node', scene.draw.far);
  const { taints: _taints, ...spec } = node.spec;
  await scene.apply({ ...node, metadata, spec: { ...spec, podCIDR: cidr, podCIDRs: [cidr] } });
  await restart(scene, FLANNEL, scene.draw.far);
}

export const fault = defineFault({
  id: 'same-pod-cidr',
  incident: 'KN-018',
  story: 'a node came back with the pod range of another: each is consistent by itself, and their pods lose each other',
  layer: 'L3',
  cause: 'cidr-overlap',
  object: ({ kept }) => kept('cidr'),
  flow: toBackend,
  flavours: ['A'],
  sees: 'timeout',
  healer: 'none: a range is never taken back from a node',
  seconds: 90,
  async inject(scene) {
    const { near, far } = scene.draw;
    for (const { name } of scene.lab.nodes) scene.keep(`routes ${name}`, await scene.on(name, 'ip -4 route show'));
    scene.keep('own', await podCidrOf(scene, far));
    scene.keep('cidr', await podCidrOf(scene, near));
    scene.keep('node', await scene.kubectl('get', 'node', far, '-o', 'json'));
    await recreate(scene, JSON.parse(scene.kept('node')), scene.kept('cidr'));
  },
  async heal(scene) {
    if (scene.kept('node') === '') return;
    await recreate(scene, JSON.parse(scene.kept('node')), scene.kept('own'));
    for (const { name } of scene.lab.nodes) {
      const lines = scene
        .kept(`routes ${name}`)
        .split('\n')
        .filter((line) => line.trim() !== '');
      await scene.on(name, `${lines.map((line) => `ip route replace ${line}`).join('\n')}\ntrue`);
    }
  },
});
