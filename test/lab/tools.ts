// The Go programs of the lab, each built from a pinned module into the cache. A stamp holds the hash of everything that
// decides a program's bytes, so a program is built again when, and only when, one of those changes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildCilium } from './cilium.js';
import type { Flavour } from './flavours.js';
import { which } from './packages.js';
import { must } from './run.js';
import { say } from './say.js';
import { kubernetesVersion, LabError, type Settings } from './settings.js';

export interface Tool {
  readonly name: string;
  readonly folder: string;
  readonly package: string;
  readonly flags: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const stripped = ['-ldflags', '-s -w'];
// Without these versions kubeadm and `kubectl version` take the programs for v0.0.0 and complain.
const variables = ['base/version.gitVersion=v1.34.2', 'base/version.gitMajor=1', 'base/version.gitMinor=34'];
const versions = [...variables.map((v) => `k8s.io/component-${v}`), `k8s.io/client-go/pkg/version.gitVersion=v1.34.2`];
const kubernetes = (name: string): Tool => ({
  name,
  folder: 'kubernetes',
  package: `k8s.io/kubernetes/cmd/${name}`,
  flags: ['-ldflags', `-s -w ${versions.map((v) => `-X ${v.replace('1.34.2', kubernetesVersion)}`).join(' ')}`],
});
const flannel: Tool = {
  name: 'flannel',
  folder: 'flannel',
  package: 'github.com/flannel-io/flannel',
  flags: [
    '-tags',
    'netgo,osusergo',
    '-ldflags',
    '-s -w -extldflags "-static" -X github.com/flannel-io/flannel/pkg/version.Version=v0.28.4',
  ],
  // Its udp backend is C.
  env: { CGO_ENABLED: '1' },
};
const plain = (name: string, folder: string, path: string): Tool => ({ name, folder, package: path, flags: stripped });
const kubeRouter = plain('kube-router', 'kube-router', 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router');
const edge = [
  plain('traefik', 'traefik', 'github.com/traefik/traefik/v3/cmd/traefik'),
  ...['controller', 'speaker'].map((part) => plain(`metallb-${part}`, 'metallb', `go.universe.tf/metallb/${part}`)),
];
const helm: Tool = { name: 'helm', folder: 'helm', package: 'helm.sh/helm/v3/cmd/helm', flags: [] };

/** What a flavour runs, in the order that lets a cold machine start set A soonest. */
export function toolsOf(flavour: Flavour, of: Pick<Settings, 'hasEdge'>): readonly Tool[] {
  const names = ['kubeadm', 'kube-apiserver', 'kubelet', 'kube-controller-manager', 'kube-scheduler'];
  return [
    plain('server', 'server', '.'),
    ...[...names, ...(flavour.proxy === 'none' ? [] : ['kube-proxy'])].map(kubernetes),
    ...(which('kubectl') === undefined ? [kubernetes('kubectl')] : []),
    plain('coredns', 'coredns', 'github.com/coredns/coredns'),
    ...(flavour.cni === 'cilium' ? [helm] : [flannel]),
    ...(flavour.policy === 'kube-router' ? [kubeRouter] : []),
    ...(of.hasEdge ? edge : []),
  ];
}

export async function buildTools(of: Settings, flavour: Flavour): Promise<void> {
  const missing = toolsOf(flavour, of).filter((tool) => !isBuilt(of, tool));
  for (const [index, tool] of missing.entries()) {
    const place = `${index + 1} of ${missing.length}`;
    await timed(`building ${tool.name} (${place})`, () => build(of, tool));
  }
  if (flavour.cni === 'cilium') await buildCilium(of, { go: goProgram, timed });
}

export function kubectlPath(of: Settings): string {
  return which('kubectl') ?? join(of.cache, 'bin/kubectl');
}

export function goProgram(): string {
  const go = which('go');
  if (go === undefined)
    throw new LabError('Go is not installed, and the lab builds Kubernetes with it: see https://go.dev/dl');
  return go;
}

/** The folder of a module that a tool was built with, for the manifests it carries. */
export async function moduleFolder(tool: string, module: string): Promise<string> {
  const argv = [goProgram(), 'mod', 'download', '-json', module];
  const answer = await must(argv, { cwd: join(import.meta.dirname, 'tools', tool), timeoutMs: 300_000 });
  return (JSON.parse(answer) as { readonly Dir: string }).Dir;
}

export function isBuilt(of: Settings, tool: Tool): boolean {
  const stamp = stampFile(of, tool);
  const present = existsSync(join(of.cache, 'bin', tool.name)) && existsSync(stamp);
  return present && readFileSync(stamp, 'utf8') === stampOf(tool);
}

export function stampOf(tool: Tool): string {
  const folder = join(import.meta.dirname, 'tools', tool.folder);
  const inputs = readdirSync(folder)
    .filter((name) => /\.(go|mod|sum)$/.test(name))
    .toSorted();
  const hash = createHash('sha256').update(JSON.stringify(tool));
  for (const name of inputs) hash.update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

export function stampFile(of: Settings, tool: Tool): string {
  return join(of.cache, 'stamps', tool.name);
}

async function build(of: Settings, tool: Tool): Promise<void> {
  const out = join(of.cache, 'bin', tool.name);
  for (const folder of [dirname(out), join(of.cache, 'stamps')]) mkdirSync(folder, { recursive: true });
  const part = `${out}.${process.pid}.part`;
  // What a build that was killed left behind.
  for (const name of readdirSync(dirname(out))) if (name.startsWith(`${tool.name}.`)) rmSync(join(dirname(out), name));
  await must([goProgram(), 'build', '-trimpath', ...tool.flags, '-o', part, tool.package], {
    cwd: join(import.meta.dirname, 'tools', tool.folder),
    env: { ...process.env, CGO_ENABLED: '0', ...tool.env },
    timeoutMs: 3_600_000,
  });
  renameSync(part, out);
  writeFileSync(stampFile(of, tool), stampOf(tool));
}

// A cold build is silent for minutes; a line now and then shows that it lives.
async function timed(what: string, work: () => Promise<void>): Promise<void> {
  const began = Date.now();
  const seconds = (): string => `${Math.round((Date.now() - began) / 1000)} s`;
  say(what);
  const pulse = setInterval(() => say(`${what}: ${seconds()} so far`), 30_000);
  try {
    await work();
  } finally {
    clearInterval(pulse);
  }
  say(`${what}: done in ${seconds()}`);
}
