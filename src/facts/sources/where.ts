// Which container a command for a node or a pod may go through.
import type { Container, Where } from '../../evidence/evidence.js';
import type { NodeObject, PodObject } from '../kube.js';

const BUSYBOX = [
  'sh',
  'cat',
  'grep',
  'sed',
  'awk',
  'head',
  'wc',
  'sort',
  'cut',
  'tr',
  'ls',
  'nc',
  'wget',
  'nslookup',
  'ping',
  'timeout',
  'nsenter',
  'gzip',
];
const IPTABLES = ['iptables-save', 'iptables-nft-save', 'iptables-legacy-save', 'ipset'];

/** What the images of well-known agents hold, from their build files: best place first. */
const AGENTS: readonly { readonly app: string; readonly tools: readonly string[] }[] = [
  {
    app: 'calico-node',
    tools: [...IPTABLES, 'sh', 'cat', 'grep', 'sed', 'ip', 'tc', 'conntrack', 'arp', 'gzip', 'timeout'],
  },
  {
    app: 'cilium',
    tools: [
      ...IPTABLES,
      'sh',
      'cat',
      'grep',
      'sed',
      'awk',
      'ip',
      'bridge',
      'ss',
      'tc',
      'cilium-dbg',
      'bpftool',
      'gzip',
      'timeout',
    ],
  },
  { app: 'flannel', tools: [...BUSYBOX, 'ip', 'bridge', 'ss', 'tc', 'iptables-save', 'iptables-nft-save', 'nft'] },
  { app: 'kindnet', tools: [...IPTABLES, 'sh', 'cat', 'grep', 'sed', 'awk', 'ip', 'nft', 'conntrack'] },
  { app: 'kube-router', tools: [...BUSYBOX, ...IPTABLES, 'ip', 'conntrack'] },
  { app: 'kube-proxy', tools: [...IPTABLES, 'sh', 'cat', 'grep', 'wc', 'sleep', 'nft'] },
];

export function nodeWhere(node: NodeObject, pods: readonly PodObject[]): Where {
  const agents = pods
    .filter((pod) => pod.hostNetwork && !pod.deleting && !isControlPlane(pod))
    .flatMap((pod) =>
      pod.containers
        .filter(({ running }) => running)
        .slice(0, 1)
        .map((main) => agent(pod, main)),
    )
    .toSorted((a, b) => a.order - b.order || a.through.pod.localeCompare(b.through.pod));
  return { kind: 'node', name: node.name, agents: agents.map(({ through }) => through), ready: node.ready };
}

/** Static control-plane pods are distroless and precious: nothing is ever executed in them. */
const isControlPlane = (pod: PodObject): boolean =>
  pod.labels['tier'] === 'control-plane' || pod.owner?.kind === 'Node';

function agent(pod: PodObject, main: PodObject['containers'][number]): { order: number; through: Container } {
  const app = pod.labels['k8s-app'] ?? pod.labels['app'] ?? '';
  const order = AGENTS.findIndex((known) => known.app === app);
  const tools = AGENTS[order]?.tools;
  return { order: order < 0 ? AGENTS.length : order, through: container(pod, main, tools) };
}

export function podWhere(pod: PodObject): Where {
  const running = pod.containers.filter((each) => each.running);
  return {
    kind: 'pod',
    namespace: pod.namespace,
    name: pod.name,
    node: pod.node ?? '',
    hostNetwork: pod.hostNetwork,
    containers: running.map((each) => container(pod, each)),
    containerIds: running.flatMap(({ id }) => id ?? []),
  };
}

function container(pod: PodObject, main: PodObject['containers'][number], tools?: readonly string[]): Container {
  return {
    namespace: pod.namespace,
    pod: pod.name,
    container: main.name,
    ...(tools ? { tools } : {}),
    ...(main.memoryLimit === undefined ? {} : { memoryLimit: main.memoryLimit }),
  };
}
