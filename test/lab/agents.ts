// Taking one node's agent away, or giving it other arguments, without touching its siblings: as a person would, by its DaemonSet.
import { until } from './run.js';
import type { Scene } from './scene.js';

export interface Agent {
  readonly namespace: string;
  readonly name: string;
  /** Selects its pods. */
  readonly label: string;
}

export const KUBE_PROXY: Agent = { namespace: 'kube-system', name: 'kube-proxy', label: 'k8s-app=kube-proxy' };
export const FLANNEL: Agent = { namespace: 'kube-flannel', name: 'kube-flannel-ds', label: 'app=flannel' };
export const KUBE_ROUTER: Agent = { namespace: 'kube-system', name: 'kube-router', label: 'k8s-app=kube-router' };
export const CILIUM: Agent = { namespace: 'kube-system', name: 'cilium', label: 'k8s-app=cilium' };

export async function podOn(scene: Scene, agent: Agent, node: string): Promise<string> {
  const field = `spec.nodeName=${node}`;
  const path = 'jsonpath={.items[*].metadata.name}';
  return (
    await scene.kubectl('get', 'pods', '-n', agent.namespace, '-l', agent.label, '--field-selector', field, '-o', path)
  ).trim();
}

/** Cilium's own tool, in its agent on the node. */
export async function ciliumDbg(scene: Scene, node: string, ...words: readonly string[]): Promise<string> {
  const pod = await podOn(scene, CILIUM, node);
  return scene.kubectl('exec', '-n', CILIUM.namespace, pod, '-c', 'cilium-agent', '--', 'cilium-dbg', ...words);
}

interface CiliumEndpoint {
  readonly id: number;
  readonly status: { readonly networking?: { readonly addressing?: readonly { readonly ipv4?: string }[] } };
}

/** What Cilium calls the pod with the address; undefined where it has none. */
export async function ciliumEndpoint(scene: Scene, node: string, ip: string): Promise<string | undefined> {
  const all: readonly CiliumEndpoint[] = JSON.parse(await ciliumDbg(scene, node, 'endpoint', 'list', '-o', 'json'));
  return all.find(({ status }) => status.networking?.addressing?.some(({ ipv4 }) => ipv4 === ip))?.id.toString();
}

/** Ends the agent's pod on one node; OnDelete keeps the other nodes' pods as they are while the template differs. */
export async function stopOn(scene: Scene, agent: Agent, node: string): Promise<void> {
  await remember(scene, agent);
  const elsewhere = {
    nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: [node] }] }],
  };
  await patch(scene, agent, {
    updateStrategy: { type: 'OnDelete', rollingUpdate: null },
    template: { spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: elsewhere } } } },
  });
  await until(`${agent.name} gone from ${node}`, 20_000, async () => {
    const pod = await podOn(scene, agent, node);
    if (pod === '') return true;
    await end(scene, agent, pod);
    return undefined;
  });
}

export async function startOn(scene: Scene, agent: Agent, node: string): Promise<void> {
  await patch(scene, agent, {
    updateStrategy: JSON.parse(scene.kept(`${agent.name} strategy`)),
    template: { spec: { affinity: restored(JSON.parse(scene.kept(`${agent.name} affinity`))) } },
  });
  await running(scene, agent, node);
}

/**
 * Removes a node's nftables Services, so that kube-proxy writes them anew. Seen with 1.34.2 and nft 1.0.6: a full sync, at its
 * start or after a failed one, that finds the table already there leaves the Service maps empty.
 */
export async function withoutServiceTable(scene: Scene, node: string): Promise<void> {
  if (scene.lab.flavour.proxy !== 'nftables') return;
  await scene.on(node, 'nft delete table ip kube-proxy; nft delete table ip6 kube-proxy; true');
}

/** Restarts the agent on one node with other arguments; the template keeps them until `ordinaryOn`. */
export async function restartWith(
  scene: Scene,
  agent: Agent,
  { node, command }: { node: string; command: readonly string[] },
): Promise<void> {
  await remember(scene, agent);
  scene.keep(
    `${agent.name} command`,
    await scene.kubectl(
      'get',
      'ds',
      agent.name,
      '-n',
      agent.namespace,
      '-o',
      'jsonpath={.spec.template.spec.containers[0].command}',
    ),
  );
  await patch(scene, agent, { updateStrategy: { type: 'OnDelete', rollingUpdate: null } });
  await setCommand(scene, agent, command);
  await restart(scene, agent, node);
}

export async function ordinaryOn(scene: Scene, agent: Agent, node: string): Promise<void> {
  await setCommand(scene, agent, JSON.parse(scene.kept(`${agent.name} command`)));
  await restart(scene, agent, node);
  await patch(scene, agent, { updateStrategy: JSON.parse(scene.kept(`${agent.name} strategy`)) });
}

export async function restart(scene: Scene, agent: Agent, node: string): Promise<void> {
  const old = await podOn(scene, agent, node);
  if (old !== '') await end(scene, agent, old);
  await running(scene, agent, node);
  // flannel's init container copies its CNI file over the old one; containerd, told of the change, may read the empty file
  // and then believes for good that there is none. Renamed into place, the file is whole whenever it is read.
  await scene.on(node, 'cd /etc/cni/net.d && for f in *.conflist; do cp $f .$f.new && mv .$f.new $f; done');
  await scene.kubectl('wait', `node/${node}`, '--for=condition=Ready', '--timeout=30s');
}

async function running(scene: Scene, agent: Agent, node: string): Promise<void> {
  const pod = await until(
    `${agent.name} on ${node}`,
    30_000,
    async () => (await podOn(scene, agent, node)) || undefined,
  );
  await scene.kubectl('wait', `pod/${pod}`, '-n', agent.namespace, '--for=condition=Ready', '--timeout=60s');
}

const end = (scene: Scene, agent: Agent, pod: string): Promise<string> =>
  scene.kubectl('delete', 'pod', pod, '-n', agent.namespace, '--grace-period=1', '--ignore-not-found');

/**
 * A patch merges: what was not there before must be taken away by name. An empty affinity is another template than
 * none, and would restart the agent on every node.
 */
const restored = (before: Record<string, unknown> | null): Record<string, unknown> | null =>
  before === null ? null : { nodeAffinity: null, ...before };

async function remember(scene: Scene, agent: Agent): Promise<void> {
  const field = (path: string): Promise<string> =>
    scene.kubectl('get', 'ds', agent.name, '-n', agent.namespace, '-o', `jsonpath={${path}}`);
  scene.keep(`${agent.name} strategy`, await field('.spec.updateStrategy'));
  scene.keep(`${agent.name} affinity`, (await field('.spec.template.spec.affinity')) || 'null');
}

async function setCommand(scene: Scene, agent: Agent, value: readonly string[]): Promise<void> {
  const operation = { op: 'replace', path: '/spec/template/spec/containers/0/command', value };
  await scene.kubectl(
    'patch',
    'ds',
    agent.name,
    '-n',
    agent.namespace,
    '--type=json',
    '-p',
    JSON.stringify([operation]),
  );
}

const patch = (scene: Scene, agent: Agent, spec: object): Promise<string> =>
  scene.kubectl('patch', 'ds', agent.name, '-n', agent.namespace, '--type=merge', '-p', JSON.stringify({ spec }));
