// What the container runtime of a node finds when it looks how to connect a pod, and what it should find.
import type { Source } from '../facts/fact.js';
import type { CniSetup } from '../facts/kube.js';
import { defined } from '../facts/read/untyped.js';
import { CLUSTER } from '../target/subject.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    cniConfig: CniState;
  }
}
export interface CniState {
  readonly cni: CniSetup['name'];
  /** In the order of their names: runtimes take the first. Absent when nobody could look. */
  readonly files?: readonly CniFile[];
  /** flannel's own idea of the node's range. */
  readonly subnet?: string;
}
export interface CniFile {
  readonly file: string;
  /** Types of its plugins, the one that makes the interface first. */
  readonly types: readonly string[];
  readonly broken?: string;
}

/** One of these is in a CNI's own file. Calico also enforces policy for other CNIs, whose files then stand. */
export const MAIN_TYPES: Readonly<Record<CniSetup['name'], readonly string[]>> = {
  flannel: ['flannel', 'calico'],
  calico: ['calico', 'flannel', 'aws-cni', 'azure-vnet'],
  cilium: ['cilium-cni'],
  kindnet: ['ptp', 'cni-kindnet'],
  'kube-router': ['bridge'],
  weave: ['weave-net'],
  antrea: ['antrea'],
  'aws-vpc': ['aws-cni', 'egress-cni'],
  azure: ['azure-vnet', 'azure-cns', 'transparent'],
  'ovn-kubernetes': ['ovn-k8s-cni-overlay'],
  unknown: [],
};
export const WRAPPERS: readonly string[] = ['multus', 'multus-shim', 'multus-cni', 'genie'];

/** kubelet’s and containerd’s rule: these endings, in the order of their names. */
const READ = /\.(conf|conflist|json)$/;
const baseName = (path: string): string => path.split('/').at(-1) ?? path;

export const cniConfig: Source<'node', CniState> = (node, know) => {
  know.ahead([
    [CLUSTER, 'cni'],
    [node, 'cniFiles'],
    [node, 'subnetEnv'],
  ]);
  const cni = know.get(CLUSTER, 'cni').name;
  const found = know.try(node, 'cniFiles');
  const env = know.peek(node, 'subnetEnv');
  const files =
    found.kind === 'unknown'
      ? undefined
      : found.value
          .filter(({ file }) => READ.test(file))
          .map(({ file, plugins, unreadable: broken }): CniFile => {
            const types = plugins.map(({ type }) => type);
            return defined({ file: baseName(file), types, broken }) as CniFile;
          })
          .toSorted((a, b) => (a.file < b.file ? -1 : 1));
  const subnet = env.kind === 'unknown' || cni !== 'flannel' ? undefined : env.value.subnet;
  return defined({ cni, files, subnet }) as CniState;
};
