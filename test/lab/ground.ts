// What faults do to nodes and objects, said once: find the thing, change it, and know how to put it back.
import { processOf } from './client.js';
import type { Flow, PathEnd } from './fault.js';
import { NAMESPACE, outOf, type Scene } from './scene.js';
import type { Place } from './seed.js';

/** flannel's names for its overlay device and its bridge. */
export const OVERLAY = 'flannel.1';
export const BRIDGE = 'cni0';

/** From the drawn client to the drawn Service; often enough that both backends are met. */
export function toService({ draw }: Scene): Flow {
  const { name, ip, port } = draw.service;
  return { source: `pod/${draw.client.pod}`, dest: `svc/${name}`, probe: 'http', address: ip, port, tries: 12 };
}

/** From the drawn client to the backend on the other node, which no balancing can hide. */
export function toBackend({ draw }: Scene, backend: Place = draw.across): Flow {
  return {
    source: `pod/${draw.client.pod}`,
    dest: `pod/${backend.pod}`,
    probe: 'http',
    address: backend.ip,
    port: draw.serverPort,
  };
}

/** A Service that leads nowhere: the client's node refuses it, or with Cilium the client's own connect() fails. */
export function refusedWithoutBackend({ draw, lab: { flavour } }: Scene): PathEnd {
  if (flavour.cni === 'cilium') return { hop: `pod/${draw.client.pod}`, cites: draw.service.ip };
  const cites = flavour.proxy === 'nftables' ? '@no-endpoint-services' : draw.service.ip;
  return { hop: `node/${draw.near}`, cites };
}

/** A Service's address that nothing translates leaves by the default route, unless nftables mode stops all of them. */
export const untranslated = ({ draw, lab }: Scene): PathEnd => ({
  hop: `node/${draw.near}`,
  cites: lab.flavour.proxy === 'nftables' ? 'cluster-ips-check' : 'default via',
});

/** kube-router refuses on the node of either end, and so do Cilium's programs. */
export const refusedByPolicy = ({ draw, lab }: Scene): PathEnd => ({
  hop: [`node/${draw.near}`, `node/${draw.far}`],
  cites: lab.flavour.cni === 'cilium' ? 'no policy entry allows' : '-A KUBE-POD-FW-',
});

export const backendsOf = ({ draw }: Scene): readonly string[] =>
  [draw.same, draw.across].map(({ pod }) => `pod/${pod}`);

/** The other one of the two nodes a drawn flow touches. */
export const peerOf = ({ draw }: Scene, node: string): string => (node === draw.near ? draw.far : draw.near);

export const ipOf = (scene: Scene, node: string): string => scene.lab.node(node).ip;

export async function podCidrOf(scene: Scene, node: string): Promise<string> {
  return (await scene.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.podCIDR}')).trim();
}

/** The nth address of a /24, which is what every node gets from the controller-manager. */
export function addressIn(cidr: string, host: number): string {
  return `${cidr.split('.').slice(0, 3).join('.')}.${host}`;
}

/** The permanent neighbours of a device, as commands that write them again: the kernel flushes them with its state or MAC. */
export async function neighboursOf(scene: Scene, node: string, device: string): Promise<string> {
  const lines = (await scene.on(node, `ip neigh show dev ${device} nud permanent`)).split('\n');
  const entries = lines.map((line) => line.replace(/ PERMANENT.*/, '').trim()).filter((line) => line !== '');
  return entries.map((entry) => `ip neigh replace ${entry} dev ${device} nud permanent`).join('\n');
}

/** The node's end of a pod's veth pair. */
export async function vethOf(scene: Scene, pod: string): Promise<{ node: string; veth: string }> {
  const { node, pid } = await processOf(scene, pod);
  const index = (
    await scene.on(node, `nsenter -t ${pid} -n ip -o link show eth0 | sed 's/.*@if\\([0-9]*\\):.*/\\1/'`)
  ).trim();
  const veth = (await scene.on(node, `ip -o link show | sed -n 's/^${index}: \\([^@:]*\\).*/\\1/p'`)).trim();
  if (veth === '') throw new Error(`no veth of ${pod} on ${node}`);
  return { node, veth };
}

export async function patchJson(scene: Scene, object: string, operations: readonly object[]): Promise<void> {
  await scene.kubectl('patch', object, '-n', NAMESPACE, '--type=json', '-p', JSON.stringify(operations));
}

/** Replaces one field of an object in the workload's namespace and remembers what stood there. */
export async function replaceField(
  scene: Scene,
  object: string,
  { path, value }: { path: string; value: unknown },
): Promise<void> {
  const whole: unknown = JSON.parse(await scene.kubectl('get', object, '-n', NAMESPACE, '-o', 'json'));
  const was = path
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], whole);
  scene.keep(`${object}${path}`, JSON.stringify(was));
  await patchJson(scene, object, [{ op: 'replace', path, value }]);
}

export async function restoreField(scene: Scene, object: string, path: string): Promise<void> {
  const was = scene.kept(`${object}${path}`);
  if (was !== '') await patchJson(scene, object, [{ op: 'replace', path, value: JSON.parse(was) }]);
}

/** A rule on the bridge between the nodes: the underlay, of which no node sees anything. */
export async function underlayRule(scene: Scene, rule: string): Promise<void> {
  const script = `nft add table bridge fault; nft 'add chain bridge fault fw0 { type filter hook forward priority 0; }'; nft add rule bridge fault fw0 ${rule}`;
  outOf(await scene.lab.fabric.sh(script), 'underlay rule');
}

export async function underlayClear(scene: Scene): Promise<void> {
  await scene.lab.fabric.sh('nft delete table bridge fault');
}

export async function setSysctl(
  scene: Scene,
  node: string,
  { name, value }: { name: string; value: string },
): Promise<void> {
  scene.keep(name, (await scene.on(node, `sysctl -n ${name}`)).trim());
  await scene.on(node, `sysctl -qw ${name}=${value}`);
}

export async function resetSysctl(scene: Scene, node: string, name: string): Promise<void> {
  const was = scene.kept(name);
  if (was !== '') await scene.on(node, `sysctl -qw ${name}=${was}`);
}
