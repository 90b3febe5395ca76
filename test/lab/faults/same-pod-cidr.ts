import { FLANNEL, restart } from '../agents.js';
import { defineFault } from '../fault.js';
import { neighboursOf, OVERLAY, podCidrOf, toBackend } from '../ground.js';
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

/** Commands that write a node's routes and tunnel entries again: the others' flannel dropped them with the node's old range. */
async function waysOf(scene: Scene, node: string): Promise<string> {
  const lines = async (command: string): Promise<readonly string[]> =>
    (await scene.on(node, command)).split('\n').filter((line) => line.trim() !== '');
  const routes = (await lines('ip -4 route show')).map((line) => `ip route replace ${line}`);
  const entries = (await lines(`bridge fdb show dev ${OVERLAY} | grep 'self permanent'`)).map((line) => {
    const [mac = '', ...rest] = line.split(' ');
    return `bridge fdb replace ${mac} dev ${OVERLAY} ${rest.join(' ')}`;
  });
  return [...routes, await neighboursOf(scene, node, OVERLAY), ...entries].join('\n');
}

export const fault = defineFault({
  id: 'same-pod-cidr',
  incident: 'KN-018',
  story: 'a node came back with the pod range of another: each is consistent by itself, and their pods lose each other',
  layer: 'L3',
  cause: 'cidr-overlap',
  object: ({ kept }) => kept('cidr'),
  flow: toBackend,
  stopsAt: ({ draw }) => ({ hop: `node/${draw.near}`, cites: 'default via' }),
  flavours: ['A'],
  sees: 'timeout',
  healer: 'none: a range is never taken back from a node',
  seconds: 90,
  async inject(scene) {
    const { near, far } = scene.draw;
    for (const { name } of scene.lab.nodes) scene.keep(`ways ${name}`, await waysOf(scene, name));
    scene.keep('own', await podCidrOf(scene, far));
    scene.keep('cidr', await podCidrOf(scene, near));
    scene.keep('node', await scene.kubectl('get', 'node', far, '-o', 'json'));
    await recreate(scene, JSON.parse(scene.kept('node')), scene.kept('cidr'));
  },
  async heal(scene) {
    if (scene.kept('node') === '') return;
    await recreate(scene, JSON.parse(scene.kept('node')), scene.kept('own'));
    for (const { name } of scene.lab.nodes) await scene.on(name, `${scene.kept(`ways ${name}`)}\ntrue`);
  },
});
