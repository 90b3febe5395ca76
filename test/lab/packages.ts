import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Flavour } from './flavours.js';
import { must, run } from './run.js';
import { say } from './say.js';
import { LabError } from './settings.js';

// A Debian package and the file that shows it is there: a name on the PATH, or a path.
const base: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  'etcd-server': 'etcd',
  iptables: 'iptables',
  nftables: 'nft',
  conntrack: 'conntrack',
  ipset: 'ipset',
  iproute2: 'ip',
  ethtool: 'ethtool',
  'busybox-static': 'busybox',
  tcpdump: 'tcpdump',
  socat: 'socat',
  dnsutils: 'dig',
  curl: 'curl',
  openssl: 'openssl',
  jq: 'jq',
  kmod: 'kmod',
  procps: 'sysctl',
  'util-linux': 'setpriv',
  'iputils-ping': 'ping',
};
// The agent of Cilium compiles its programs when it starts.
const forCilium: Readonly<Record<string, string>> = { 'clang-16': 'clang-16', 'llvm-16': 'llc-16', bpftool: 'bpftool' };

/** Where a program lies, also outside a PATH that lacks the sbin folders. */
export function which(program: string): string | undefined {
  if (program.startsWith('/')) return existsSync(program) ? program : undefined;
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/local/go/bin`;
  return path
    .split(':')
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));
}

export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new LabError('the lab makes network namespaces and mounts: run it as root');
}

export async function installPackages(flavour: Flavour): Promise<void> {
  const wanted = { ...base, ...(flavour.cni === 'cilium' ? forCilium : {}) };
  const missing = Object.entries(wanted)
    .filter(([, program]) => which(program) === undefined)
    .map(([name]) => name);
  if (missing.length === 0) return;
  const list = missing.join(' ');
  if (which('apt-get') === undefined) throw new LabError(`missing, and no apt-get to install them with: ${list}`);
  say(`installing packages: ${list}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run(['apt-get', 'update', '-q'], { env, timeoutMs: 300_000 });
  await must(['apt-get', 'install', '-qy', '--no-install-recommends', ...missing], { env, timeoutMs: 900_000 });
}

/** The folder of the xtables plugins, which lies below a folder named for the architecture. */
export function xtablesPlugins(): readonly string[] {
  const folder = readdirSync('/usr/lib')
    .map((name) => join('/usr/lib', name, 'xtables'))
    .find((at) => existsSync(at));
  if (folder === undefined) throw new LabError('no xtables plugins below /usr/lib: is the package iptables whole?');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.so'))
    .map((name) => join(folder, name));
}
