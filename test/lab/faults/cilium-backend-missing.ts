import { CILIUM, podOn } from '../agents.js';
import { defineFault } from '../fault.js';
import { toService } from '../ground.js';
import type { Scene } from '../scene.js';

const MAP = '/sys/fs/bpf/tc/globals/cilium_lb4_backends_v3';

interface Entry {
  readonly key: readonly string[];
  readonly value: readonly string[];
}

async function bpftool(scene: Scene, ...words: readonly string[]): Promise<string> {
  const pod = await podOn(scene, CILIUM, scene.draw.near);
  return scene.kubectl('exec', '-n', CILIUM.namespace, pod, '-c', 'cilium-agent', '--', 'bpftool', ...words);
}

/** A backend's entry begins with its address and port, both in network order. */
function isOf({ draw }: Scene, { value }: Entry): boolean {
  const wanted = [...draw.across.ip.split('.').map(Number), draw.serverPort >> 8, draw.serverPort & 255];
  return wanted.every((byte, index) => Number(value[index]) === byte);
}

export const fault = defineFault({
  id: 'cilium-backend-missing',
  incident: 'row-23',
  story:
    'one node’s eBPF maps lost a backend that its Services still count: from that node some connections fail at once',
  layer: 'L4',
  cause: 'service-rules-wrong',
  object: ({ draw }) => draw.across.ip,
  flow: toService,
  stopsAt: ({ draw }) => ({ hop: `pod/${draw.client.pod}`, cites: draw.service.ip }),
  flavours: ['C'],
  sees: 'intermittent',
  healer: 'the agent compares its maps with the API when it starts, and writes single changes afterwards',
  seconds: 60,
  async inject(scene) {
    const entries: readonly Entry[] = JSON.parse(await bpftool(scene, '-j', 'map', 'dump', 'pinned', MAP));
    const entry = entries.find((each) => isOf(scene, each));
    if (entry === undefined) throw new Error(`no backend ${scene.draw.across.ip} in ${MAP}`);
    scene.keep('key', entry.key.join(' '));
    scene.keep('value', entry.value.join(' '));
    await bpftool(scene, 'map', 'delete', 'pinned', MAP, 'key', ...entry.key);
  },
  async heal(scene) {
    const words = (name: string): readonly string[] => scene.kept(name).split(' ');
    if (scene.kept('key') === '') return;
    await bpftool(scene, 'map', 'update', 'pinned', MAP, 'key', ...words('key'), 'value', ...words('value'));
  },
});
