import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childrenOf, isRunning, readRecord, start } from './processes.js';
import { run, until, type Ran } from './run.js';
import { LabError, nodeIp, type Settings } from './settings.js';

export interface LabNode {
  readonly name: string;
  readonly ip: string;
  /** runs a shell script in the node's namespaces and cgroup */
  sh(script: string, options?: { readonly timeoutMs?: number }): Promise<Ran>;
}

export function labNode(of: Settings, name: string): LabNode {
  return {
    name,
    ip: nodeIp(of, name),
    sh: (script, options = {}) => run(inNode(of, name, ['bash', '-c', script]), options),
  };
}

/** The command line that runs a command inside a node: in its cgroup too, or eBPF programs attached there never see it. */
export function inNode(of: Settings, name: string, command: readonly string[]): readonly string[] {
  const enter =
    'for c in /sys/fs/cgroup/$0 /sys/fs/cgroup/*/$0; do [ ! -e $c/cgroup.procs ] || echo $$ > $c/cgroup.procs; done; exec "$@"';
  return ['sh', '-c', enter, `${of.prefix}${name}`, 'nsenter', '-t', String(pidOf(of, name)), '-a', '--', ...command];
}

/** A node's pid 1 as the machine sees it: the one child of the recorded `unshare`. */
export function pidOf(of: Settings, name: string): number {
  const file = join(of.dir, 'nodes', name, 'pid');
  if (!existsSync(file)) throw new LabError(`no node ${name} in this lab`);
  return Number(readFileSync(file, 'utf8'));
}

export async function startNode(of: Settings, name: string): Promise<void> {
  const own = join(of.dir, 'nodes', name);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'kubelet.yaml'), kubelet(of, name));
  writeFileSync(join(own, 'containerd.toml'), containerd);
  start(of.dir, `node-${name}`, [join(of.dir, 'sh/node-start.sh'), name, of.dir, of.cache, of.prefix]);
  const pid = await until(`the start of node ${name} (log node-${name})`, 20_000, async () => {
    const unshare = readRecord(of.dir, `node-${name}`);
    if (unshare !== undefined && !isRunning(unshare))
      throw new LabError(`node ${name} ended at once: see log node-${name}`);
    // Before it is `unshare` the same process is a shell, whose children are the likes of mkdir.
    const hasForked = unshare !== undefined && readFileSync(`/proc/${unshare.pid}/comm`, 'utf8') === 'unshare\n';
    return hasForked ? childrenOf(unshare.pid)[0] : undefined;
  });
  writeFileSync(join(own, 'pid'), String(pid));
  const socket = 'test -S /run/containerd/containerd.sock && ctr version';
  const isUp = async (): Promise<true | undefined> =>
    (await labNode(of, name).sh(socket)).code === 0 ? true : undefined;
  await until(`containerd on ${name}`, 30_000, isUp);
}

export function startKubelet(of: Settings, name: string): void {
  writeFileSync(join(of.dir, 'nodes', name, 'start-kubelet'), '');
}

/** A node runs copies: the checkout may lie on a file system that a node's overlay does not show. */
export function copyScripts(of: Settings): void {
  cpSync(join(import.meta.dirname, 'sh'), join(of.dir, 'sh'), { recursive: true });
}

function kubelet(of: Settings, name: string): string {
  const taints = name === 'cp' ? '[{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]' : '[]';
  return `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: ${of.dir}/pki/ca.crt}}
authorization: {mode: Webhook}
clusterDNS: [${of.cidrs.dns}]
clusterDomain: cluster.local
cgroupDriver: cgroupfs
failSwapOn: false
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
resolvConf: /etc/resolv.conf
registerWithTaints: ${taints}
evictionHard: {nodefs.available: "1%", imagefs.available: "1%", memory.available: 100Mi}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
localStorageCapacityIsolation: false
serializeImagePulls: false
`;
}

// restrict_oom_score_adj: without CAP_SYS_RESOURCE runc's negative score is refused, and with it every container.
const containerd = `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/opt/cni/bin"
    conf_dir = "/etc/cni/net.d"
`;
