// The bridge that a node's pods hang on, for the CNIs that use one.
import type { Know, Source } from '../facts/fact.js';
import type { CniSetup } from '../facts/kube.js';
import type { Address, Link } from '../facts/network.js';
import { at, defined, text } from '../facts/read/untyped.js';
import { CLUSTER, type Subject } from '../target/subject.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    /** `none`: pods there hang on no bridge, or on one that nothing we read names. */
    podBridge: PodBridge | 'none';
  }
}
export interface PodBridge {
  readonly name: string;
  readonly link?: Link;
  readonly addresses: readonly Address[];
  /** Links that are ports of it, as the links themselves say. */
  readonly ports: readonly Link[];
}

/** Names that the CNIs' own code gives; flannel hands over to the bridge plugin, whose default is cni0. */
const NAMES: Partial<Readonly<Record<CniSetup['name'], string>>> = {
  flannel: 'cni0',
  'kube-router': 'kube-bridge',
  weave: 'weave',
};

export const podBridge: Source<'node', PodBridge | 'none'> = (node, know) => {
  know.ahead([
    [node, 'links'],
    [node, 'addresses'],
    [CLUSTER, 'cni'],
    [node, 'cniFiles'],
  ]);
  const links = know.get(node, 'links');
  const cni = know.get(CLUSTER, 'cni').name;
  const name = configured(node, know) ?? NAMES[cni];
  if (name === undefined) return 'none';
  const link = links.find((each) => each.name === name);
  // canal is called flannel by its DaemonSet but has Calico's routed links: without the bridge there is nothing to judge.
  const ports = links.filter(({ master }) => master === name);
  const addresses = know.get(node, 'addresses').filter((address) => address.link === name);
  return link || NAMES[cni] === name ? (defined({ name, link, addresses, ports }) as PodBridge) : 'none';
};

/** What the first CNI file says, where it could be read. */
function configured(node: Subject<'node'>, know: Know): string | undefined {
  const files = know.peek(node, 'cniFiles');
  if (files.kind === 'unknown') return undefined;
  const first = files.value.toSorted((a, b) => (a.file < b.file ? -1 : 1)).find(({ plugins }) => plugins.length > 0);
  const main = first?.plugins[0];
  if (main?.type === 'bridge') return text(at(main.raw, 'bridge')) ?? 'cni0';
  return main?.type === 'flannel' ? text(at(main.raw, 'delegate', 'bridge')) : undefined;
}
