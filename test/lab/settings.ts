// Everything about one instance of the lab that is a choice: names, folders, port, addresses. Nothing else in test/lab
// spells an address or a path of the lab's, so a second instance or another address plan is a matter of environment.
import { join } from 'node:path';

export interface Cidrs {
  readonly nodes: string;
  readonly pods: string;
  readonly services: string;
  /** the address of the kube-dns Service */
  readonly dns: string;
  /** the address of the host outside the cluster */
  readonly outside: string;
}

export interface Settings {
  readonly instance: string;
  /** begins the name of every network namespace and cgroup of this instance */
  readonly prefix: string;
  readonly dir: string;
  readonly cache: string;
  readonly port: number;
  readonly cidrs: Cidrs;
  /** the nodes' default gateway, which is also their upstream DNS */
  readonly router: string;
  readonly loadBalancers: string;
  /** whether Traefik and MetalLB are part of it; without them a lab is up sooner */
  readonly hasEdge: boolean;
}

export const kubernetesVersion = '1.34.2';

/** A mistake or a lack that a person can put right; printed as one line, without a stack. */
export class LabError extends Error {}

export function settings(env: NodeJS.ProcessEnv = process.env): Settings {
  const instance = env['NETDIAG_LAB'] ?? '';
  if (!/^[a-z0-9]{0,8}$/.test(instance))
    throw new LabError(
      `NETDIAG_LAB is ${JSON.stringify(instance)}; up to eight lower-case letters and digits are allowed`,
    );
  const nodes = env['NETDIAG_LAB_NODE_CIDR'] ?? '192.168.108.0/24';
  const services = env['NETDIAG_LAB_SERVICE_CIDR'] ?? '10.201.0.0/18';
  return {
    instance,
    prefix: `nd${instance}-`,
    dir: `/var/tmp/netdiag-lab${instance === '' ? '' : `-${instance}`}`,
    cache: env['NETDIAG_LAB_CACHE'] ?? '/var/cache/netdiag-lab',
    port: Number(env['NETDIAG_LAB_PORT'] ?? (instance === '' ? 16443 : portOf(instance))),
    cidrs: {
      nodes,
      pods: env['NETDIAG_LAB_POD_CIDR'] ?? '10.200.0.0/16',
      services,
      dns: hostOf(services, 10),
      outside: env['NETDIAG_LAB_OUTSIDE'] ?? '203.0.113.10',
    },
    router: hostOf(nodes, 1),
    hasEdge: env['NETDIAG_LAB_EDGE'] !== 'no',
    loadBalancers: `${hostOf(nodes, 200)}-${hostOf(nodes, 210)}`,
  };
}

/** The nth address of an IPv4 range. */
export function hostOf(cidr: string, n: number): string {
  const bytes = cidr.split('/')[0]!.split('.').map(Number);
  const sum = bytes.reduce((whole, byte) => whole * 256 + byte, 0) + n;
  return [24, 16, 8, 0].map((shift) => Math.floor(sum / 2 ** shift) % 256).join('.');
}

export function nodeIp(of: Settings, name: string): string {
  return hostOf(of.cidrs.nodes, name === 'cp' ? 11 : 20 + Number(name.slice(1)));
}

export function stateFile(of: Settings): string {
  return join(of.dir, 'lab.json');
}

// Ports below the ephemeral range, so that no outgoing connection of the machine can sit on one.
function portOf(instance: string): number {
  return 16500 + ([...instance].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 997, 7) % 997);
}
