// The pods that random policies are tried on: three namespaces, labels and port names that differ, two workers.
import type { NodeObject, PodObject } from '../../src/facts/kube.js';
import { readNode } from '../../src/facts/read/kube-objects.js';
import { readPod } from '../../src/facts/read/kube-pod.js';
import { processOf } from './client.js';
import type { Ground } from './policy-draw.js';
import type { Scene } from './scene.js';

export const NAMESPACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'pol-a': { team: 'a', env: 'prod' },
  'pol-b': { team: 'b', env: 'prod' },
  'pol-c': { env: 'test' },
};
/** Its pods are selected by nothing but the marker, whose coming tells that all before it has come. */
export const MARKED = 'pol-marker';

const HTTP = { containerPort: 8080, name: 'http' };
const ECHO = { containerPort: 9000, name: 'echo' };
const UDP = { containerPort: 9001, name: 'echo-udp', protocol: 'UDP' };
const WEB = { containerPort: 8080, name: 'web' };
/** The same name for another number: what an enforcer makes of that is its own. */
const ODD_WEB = { containerPort: 9000, name: 'web' };

const pods = [
  pod('pol-a/a1', { app: 'web', tier: 'front' }, [HTTP, ECHO, UDP]),
  pod('pol-a/a2', { app: 'api', tier: 'back' }, [WEB, ECHO]),
  pod('pol-a/a3', { app: 'db' }, [UDP]),
  pod('pol-b/b1', { app: 'web', tier: 'front' }, [HTTP]),
  pod('pol-b/b2', { app: 'api', tier: 'back' }, [HTTP, ECHO, UDP]),
  pod('pol-c/c1', { app: 'web' }, [WEB, UDP]),
  pod('pol-c/c2', { tier: 'back' }, [ODD_WEB]),
  pod(`${MARKED}/m1`, { app: 'marker' }, []),
  pod(`${MARKED}/m2`, { app: 'marker' }, []),
];

function pod(named: string, labels: Readonly<Record<string, string>>, ports: readonly object[]): object {
  const [namespace, name = ''] = named.split('/');
  const args = ['-http=:8080', '-tcp=:9000', '-udp=:9001'];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels },
    spec: {
      // Odd ones on one worker, even ones on the other: every pair of namespaces has a near and a far way.
      nodeName: Number(name.slice(1)) % 2 === 1 ? 'w1' : 'w2',
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      containers: [{ name: 'server', image: 'lab.local/server:1', imagePullPolicy: 'IfNotPresent', args, ports }],
    },
  };
}

const all = [...Object.keys(NAMESPACES), MARKED];

export async function groundUp(scene: Scene): Promise<void> {
  const namespaces = all.map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: NAMESPACES[name] ?? {} },
  }));
  await scene.apply({ apiVersion: 'v1', kind: 'List', items: namespaces });
  const accounts = all.map((namespace) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace },
  }));
  await scene.apply({ apiVersion: 'v1', kind: 'List', items: [...accounts, ...pods] });
  for (const namespace of all) {
    await scene.kubectl('wait', 'pod', '--all', '-n', namespace, '--for=condition=Ready', '--timeout=60s');
  }
}

export async function groundDown(scene: Scene): Promise<void> {
  await scene.kubectl('delete', 'namespace', ...all, '--ignore-not-found', '--wait=false');
}

export interface Stage {
  readonly pods: readonly PodObject[];
  /** Of the whole cluster: Cilium looks port names up in all of them. */
  readonly everyPod: readonly PodObject[];
  readonly nodes: readonly NodeObject[];
  /** A source's node and the process whose network it has. */
  readonly places: ReadonlyMap<string, { readonly node: string; readonly pid: string }>;
  readonly ground: Ground;
}

interface Listed {
  readonly items: readonly unknown[];
}
async function listed(scene: Scene, ...what: readonly string[]): Promise<readonly unknown[]> {
  const answer: Listed = JSON.parse(await scene.kubectl('get', ...what, '-o', 'json'));
  return answer.items;
}

export async function stage(scene: Scene): Promise<Stage> {
  const names = Object.keys(NAMESPACES);
  const everyPod = (await listed(scene, 'pods', '-A')).map(readPod);
  const found = everyPod.filter(({ namespace }) => names.includes(namespace));
  const nodes = (await listed(scene, 'nodes')).map(readNode).filter(({ name }) => name.startsWith('w'));
  const places = new Map<string, { node: string; pid: string }>();
  for (const { name, namespace } of found) places.set(`${namespace}/${name}`, await processOf(scene, name, namespace));
  const podRanges = nodes.flatMap(({ podCidrs }) => podCidrs);
  const ground = {
    namespaces: names,
    podIps: found.flatMap(({ ip }) => ip ?? []),
    podRanges: [...podRanges, scene.lab.cidrs.pods],
    nodeRange: scene.lab.cidrs.nodes,
  };
  return { pods: found, everyPod, nodes, places, ground };
}
