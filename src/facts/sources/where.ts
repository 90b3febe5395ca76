// Which container a command for a node or a pod may go through.
import type { Container, Where } from '../../evidence/evidence.js';
import type { NodeObject, PodObject } from '../kube.js';

// Alpine's busybox, as far as our questions use it.
const BUSYBOX =
  'sh awk cat cut env find grep gzip head id kill ls nc netstat nsenter nslookup ping ps sed sleep sort tail test timeout tr wc wget';
const IPTABLES = 'iptables-save iptables-nft-save iptables-legacy-save ipset';

/** What the images of well-known agents hold, from their build files: best place first. */
const AGENTS: readonly { readonly app: string; readonly tools: string }[] = [
  { app: 'calico-node', tools: `${IPTABLES} sh cat grep sed sleep ip tc conntrack arp gzip timeout` },
  {
    app: 'cilium',
    tools: `${IPTABLES} sh bash cat grep sed awk head sleep ip bridge ss tc cilium-dbg bpftool gzip timeout nsenter`,
  },
  { app: 'flannel', tools: `${BUSYBOX} ip bridge ss tc iptables-save iptables-nft-save nft` },
  { app: 'kindnet', tools: `${IPTABLES} sh cat grep sed awk sleep ip nft conntrack` },
  { app: 'kube-router', tools: `${BUSYBOX} ${IPTABLES} ip conntrack` },
  { app: 'kube-proxy', tools: `${IPTABLES} sh cat chmod grep ln rm sleep wc nft kmod` },
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
  const tools = AGENTS[order]?.tools.split(' ');
  return { order: order < 0 ? AGENTS.length : order, through: container(pod, main, tools) };
}

/** CoreDNS's image is built from nothing but the program: an exec there could only fail. */
const bareTools = (pod: PodObject, { name }: PodObject['containers'][number]): readonly string[] | undefined =>
  pod.labels['k8s-app'] === 'kube-dns' && name === 'coredns' ? ['coredns'] : undefined;

export function podWhere(pod: PodObject): Where {
  const running = pod.containers.filter((each) => each.running);
  return {
    kind: 'pod',
    namespace: pod.namespace,
    name: pod.name,
    node: pod.node ?? '',
    hostNetwork: pod.hostNetwork,
    containers: running.map((each) => container(pod, each, bareTools(pod, each))),
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
