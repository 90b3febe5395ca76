import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './run.js';
import { kubernetesVersion, nodeIp, type Settings } from './settings.js';

export interface Pki {
  readonly folder: string;
  /** the kubeconfig of a component, by file name */
  readonly config: (name: string) => string;
}

/** Certificates and kubeconfigs as `kubeadm init` makes them, by kubeadm itself. */
export async function createPki(of: Settings, nodes: readonly string[]): Promise<Pki> {
  const folder = join(of.dir, 'pki');
  const config = (name: string): string => join(folder, `${name}.conf`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'kubeadm.yaml');
  writeFileSync(file, configuration(of));
  const kubeadm = join(of.cache, 'bin/kubeadm');
  await must([kubeadm, 'init', 'phase', 'certs', 'all', '--config', file]);
  const user = async (name: string, as: string, ...group: string[]): Promise<void> => {
    const groups = group.flatMap((org) => ['--org', org]);
    writeFileSync(
      config(name),
      await must([kubeadm, 'kubeconfig', 'user', '--config', file, '--client-name', as, ...groups]),
    );
  };
  await Promise.all([
    user('admin', 'kubernetes-admin', 'system:masters'),
    user('controller-manager', 'system:kube-controller-manager'),
    user('scheduler', 'system:kube-scheduler'),
    ...nodes.map((name) => user(name, `system:node:${name}`, 'system:nodes')),
  ]);
  return { folder, config };
}

// ECDSA because twenty RSA keys take seconds; the lab's certificates are looked at by age and name, not by algorithm.
function configuration(of: Settings): string {
  return `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v${kubernetesVersion}
clusterName: lab
encryptionAlgorithm: ECDSA-P256
certificatesDir: ${join(of.dir, 'pki')}
controlPlaneEndpoint: ${nodeIp(of, 'cp')}:6443
networking: {podSubnet: ${of.cidrs.pods}, serviceSubnet: ${of.cidrs.services}}
apiServer: {certSANs: [127.0.0.1, localhost]}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {advertiseAddress: ${nodeIp(of, 'cp')}, bindPort: 6443}
nodeRegistration: {name: cp, criSocket: unix:///run/containerd/containerd.sock}
`;
}
