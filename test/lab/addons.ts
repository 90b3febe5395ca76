// What is applied to the API server: manifests with the lab's addresses filled in, then the wait until they work.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, loadAll } from 'js-yaml';
import { sourceOf } from './cilium.js';
import { nodeNames, type Flavour } from './flavours.js';
import { must, until, type Ran, type RunOptions } from './run.js';
import { kubernetesVersion, nodeIp, type Settings } from './settings.js';
import { moduleFolder } from './tools.js';

export type Kubectl = (args: readonly string[], options?: RunOptions) => Promise<Ran>;

export interface Target {
  readonly of: Settings;
  readonly flavour: Flavour;
  readonly kubectl: Kubectl;
}

/** A manifest of this folder with its ${NAMES} filled in; an unknown name is a mistake of ours. */
export function render(file: string, { of, flavour }: Omit<Target, 'kubectl'>): string {
  const values: Readonly<Record<string, string>> = {
    CP_IP: nodeIp(of, 'cp'),
    POD_CIDR: of.cidrs.pods,
    SERVICE_CIDR: of.cidrs.services,
    DNS_IP: of.cidrs.dns,
    LOAD_BALANCERS: of.loadBalancers,
    KUBERNETES_VERSION: kubernetesVersion,
    FLANNEL_BACKEND: flavour.cni,
    // kubeadm leaves the mode empty, which on Linux is iptables.
    PROXY_MODE: flavour.proxy === 'iptables' ? '' : flavour.proxy,
  };
  return readFileSync(join(import.meta.dirname, file), 'utf8').replaceAll(/\$\{([A-Z_]+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${file} uses \${${name}}, which nobody defines`);
    return value;
  });
}

/** The network, DNS and the workload, in one request: kubectl asks what the API holds once for each of its runs. */
export async function applyCore(target: Target): Promise<void> {
  const { flavour } = target;
  const files = ['base', 'coredns'];
  if (flavour.cni !== 'cilium') files.push('flannel');
  if (flavour.proxy !== 'none') files.push('kube-proxy');
  if (flavour.policy === 'kube-router') files.push('kube-router');
  const texts = files.map((name) => render(`addons/${name}.yaml`, target));
  if (flavour.cni === 'cilium') texts.push(await ciliumChart(target));
  texts.push(...['servers', 'services', 'clients'].map((name) => render(`workload/${name}.yaml`, target)));
  await apply(target, texts.join('\n---\n'));
}

/** Traefik, MetalLB and what `shop` asks of them; their definitions are large and nothing of the core waits for them. */
export async function applyEdge(target: Target): Promise<void> {
  const definitions = [await gatewayApi(target.of), await metallb(target.of)];
  await apply(target, definitions.join('\n---\n'));
  const objects = ['addons/traefik.yaml', 'workload/edge.yaml'].map((file) => render(file, target));
  await apply(target, objects.join('\n---\n'));
}

export async function waitForNodes({ kubectl, flavour }: Target): Promise<void> {
  const names = nodeNames(flavour);
  const wait = ['wait', '--for=condition=Ready', ...names.map((name) => `node/${name}`), '--timeout=3s'];
  const ready = async (): Promise<true | undefined> => ((await kubectl(wait)).code === 0 ? true : undefined);
  await until(`Ready nodes ${names.join(', ')}`, 180_000, ready);
  // The kubelet may not give itself this label (NodeRestriction); kubeadm gives it as administrator.
  await kubectl(['label', '--overwrite', 'node', 'cp', 'node-role.kubernetes.io/control-plane=']);
}

export async function waitForCore({ kubectl }: Target): Promise<void> {
  for (const namespace of ['kube-system', 'shop']) {
    const pods = ['-n', namespace, 'wait', '--for=condition=Ready', 'pod', '--all', '--timeout=3s'];
    const ready = async (): Promise<true | undefined> => ((await kubectl(pods)).code === 0 ? true : undefined);
    await until(`Ready pods in ${namespace}`, 120_000, ready);
  }
}

export async function waitForEdge(target: Target): Promise<void> {
  // MetalLB's webhook judges the pool, so the pool is refused until its controller serves.
  const pool = { stdin: render('addons/metallb-pool.yaml', target) };
  const applied = async (): Promise<true | undefined> =>
    (await target.kubectl(['apply', '-f', '-'], pool)).code === 0 ? true : undefined;
  await until("MetalLB's address pool", 120_000, applied);
  const rollouts = ['-n', 'traefik', 'rollout', 'status', 'deploy/traefik', '--timeout=3s'];
  const served = async (): Promise<true | undefined> =>
    (await target.kubectl(rollouts)).code === 0 ? true : undefined;
  await until('Traefik', 120_000, served);
}

// The service accounts of a namespace appear a moment after it, and until then its pods are refused: hence again.
async function apply({ kubectl }: Target, manifest: string): Promise<void> {
  const words = { last: '' };
  const applied = async (): Promise<true | undefined> => {
    const ran = await kubectl(['apply', '--server-side', '--force-conflicts', '--validate=false', '-f', '-'], {
      stdin: manifest,
    });
    words.last = ran.stderr.trim().split('\n').at(-1) ?? '';
    return ran.code === 0 ? true : undefined;
  };
  await until('applying manifests', 30_000, applied).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : String(error)}: ${words.last}`);
  });
}

function cached(of: Settings, name: string, make: () => Promise<string>): Promise<string> {
  const file = join(of.cache, 'manifests', name);
  if (existsSync(file)) return Promise.resolve(readFileSync(file, 'utf8'));
  mkdirSync(join(of.cache, 'manifests'), { recursive: true });
  return make().then((text) => {
    writeFileSync(file, text);
    return text;
  });
}

function gatewayApi(of: Settings): Promise<string> {
  return cached(of, 'gateway-api-1.2.1.yaml', async () => {
    const folder = join(await moduleFolder('traefik', 'sigs.k8s.io/gateway-api'), 'config/crd/standard');
    const files = readdirSync(folder).filter((name) => name.startsWith('gateway.'));
    return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n---\n');
  });
}

interface Workload {
  readonly kind: string;
  readonly spec: { readonly template: { readonly spec: { readonly containers: Record<string, unknown>[] } } };
}

// MetalLB's own manifest with our images, whose entry point is the program itself.
function metallb(of: Settings): Promise<string> {
  return cached(of, 'metallb-0.14.9.yaml', async () => {
    const folder = await moduleFolder('metallb', 'go.universe.tf/metallb');
    const all = loadAll(readFileSync(join(folder, 'config/manifests/metallb-native.yaml'), 'utf8')) as Workload[];
    for (const { kind, spec } of all)
      for (const container of kind === 'Deployment' || kind === 'DaemonSet' ? spec.template.spec.containers : [])
        container['image'] = `lab.local/metallb-${kind === 'DaemonSet' ? 'speaker' : 'controller'}:1`;
    return all.map((one) => dump(one)).join('---\n');
  });
}

async function ciliumChart(target: Target): Promise<string> {
  const values = render('addons/cilium-values.yaml', target);
  const chart = join(sourceOf(target.of), 'install/kubernetes/cilium');
  const options = ['--kube-version', kubernetesVersion, '-n', 'kube-system', '-f', '-'];
  return must([join(target.of.cache, 'bin/helm'), 'template', 'cilium', chart, ...options], { stdin: values });
}
