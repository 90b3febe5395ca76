// etcd, the API server, the controllers and the scheduler: plain programs in the control plane's network namespace, and
// a forwarder that lets the machine reach the API server on its own loopback without any link into the lab.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inNamespace } from './fabric.js';
import type { Pki } from './pki.js';
import { readRecord, start } from './processes.js';
import { must, run, until } from './run.js';
import { nodeIp, type Settings } from './settings.js';

type Flags = Readonly<Record<string, string>>;

export async function startControlPlane(of: Settings, pki: Pki): Promise<string> {
  const kubeconfig = join(of.dir, 'admin.conf');
  const local = `server: https://127.0.0.1:${of.port}`;
  writeFileSync(kubeconfig, readFileSync(pki.config('admin'), 'utf8').replace(/server: .*/, local));
  startEtcd(of);
  program(of, 'kube-apiserver', apiServer(of, pki));
  startForwarder(of);
  const ready = ['kubectl', '--kubeconfig', kubeconfig, '--request-timeout=2s', 'get', '--raw', '/readyz'];
  await until('the API server', 90_000, async () => ((await run(ready)).code === 0 ? true : undefined));
  program(of, 'kube-controller-manager', controllerManager(of, pki));
  program(of, 'kube-scheduler', identity(pki, 'scheduler'));
  return kubeconfig;
}

function program(of: Settings, name: string, flags: Flags): void {
  const list = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  start(of.dir, name, [...inNamespace(of, 'cp'), join(of.cache, 'bin', name), ...list]);
}

/**
 * Puts the control plane into its node's cgroup, where static pods would be. Cilium translates Services at the sockets
 * of a cgroup: from outside of it the API server reaches no webhook.
 */
export async function joinControlNode(of: Settings): Promise<void> {
  const pids = CONTROL.flatMap((name) => readRecord(of.dir, name)?.pid ?? []);
  const enter =
    'for c in /sys/fs/cgroup/$0 /sys/fs/cgroup/*/$0; do for p in "$@"; do [ ! -e $c/cgroup.procs ] || echo $p > $c/cgroup.procs; done; done';
  await must(['sh', '-c', enter, `${of.prefix}cp`, ...pids.map(String)]);
}
const CONTROL = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

function startEtcd(of: Settings): void {
  const data = join(of.dir, 'etcd');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const at = 'http://127.0.0.1:2379';
  const flags = [
    '--listen-client-urls',
    at,
    '--advertise-client-urls',
    at,
    '--listen-peer-urls',
    'http://127.0.0.1:2380',
  ];
  start(of.dir, 'etcd', [...inNamespace(of, 'cp'), 'etcd', '--data-dir', data, ...flags, '--unsafe-no-fsync']);
}

function apiServer(of: Settings, { folder }: Pki): Flags {
  return {
    'etcd-servers': 'http://127.0.0.1:2379',
    'advertise-address': nodeIp(of, 'cp'),
    'secure-port': '6443',
    'service-cluster-ip-range': of.cidrs.services,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': 'true',
    'client-ca-file': `${folder}/ca.crt`,
    'tls-cert-file': `${folder}/apiserver.crt`,
    'tls-private-key-file': `${folder}/apiserver.key`,
    'kubelet-client-certificate': `${folder}/apiserver-kubelet-client.crt`,
    'kubelet-client-key': `${folder}/apiserver-kubelet-client.key`,
    'kubelet-preferred-address-types': 'InternalIP',
    'service-account-key-file': `${folder}/sa.pub`,
    'service-account-signing-key-file': `${folder}/sa.key`,
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'requestheader-client-ca-file': `${folder}/front-proxy-ca.crt`,
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-username-headers': 'X-Remote-User',
    'proxy-client-cert-file': `${folder}/front-proxy-client.crt`,
    'proxy-client-key-file': `${folder}/front-proxy-client.key`,
  };
}

function controllerManager(of: Settings, pki: Pki): Flags {
  return {
    ...identity(pki, 'controller-manager'),
    'allocate-node-cidrs': 'true',
    'cluster-cidr': of.cidrs.pods,
    'service-cluster-ip-range': of.cidrs.services,
    'root-ca-file': `${pki.folder}/ca.crt`,
    'service-account-private-key-file': `${pki.folder}/sa.key`,
    'cluster-signing-cert-file': `${pki.folder}/ca.crt`,
    'cluster-signing-key-file': `${pki.folder}/ca.key`,
    'use-service-account-credentials': 'true',
    controllers: '*,bootstrapsigner,tokencleaner',
    // It makes this folder, and its usual one lies on the machine.
    'flex-volume-plugin-dir': `${of.dir}/flex-volume`,
  };
}

// One of each exists, so electing a leader would only cost the seconds of a lease.
function identity({ config }: Pki, name: string): Flags {
  const file = config(name);
  return {
    kubeconfig: file,
    'authentication-kubeconfig': file,
    'authorization-kubeconfig': file,
    'leader-elect': 'false',
  };
}

// Two halves meet at a socket file: a process lives in one network namespace, but a path is in both.
function startForwarder(of: Settings): void {
  const socket = join(of.dir, 'api.sock');
  const inside = [`UNIX-LISTEN:${socket},fork,unlink-early`, 'TCP:127.0.0.1:6443'];
  start(of.dir, 'forward-inside', [...inNamespace(of, 'cp'), 'socat', ...inside]);
  start(of.dir, 'forward', ['socat', `TCP-LISTEN:${of.port},bind=127.0.0.1,reuseaddr,fork`, `UNIX-CONNECT:${socket}`]);
}

export function kubeconfigOf(of: Settings): string | undefined {
  const file = join(of.dir, 'admin.conf');
  return existsSync(file) ? file : undefined;
}
