// Whether what a bridge switches passes by netfilter, where Services depend on it.
import type { Source } from '../facts/fact.js';
import { CLUSTER } from '../target/subject.js';

declare module '../facts/fact.js' {
  interface NodeFacts {
    bridgeNetfilter: BridgeNetfilter | 'not-needed';
  }
}
export interface BridgeNetfilter {
  readonly bridge: string;
  /** `net.bridge.bridge-nf-call-iptables`; absent when br_netfilter is not loaded, which is the same as 0. */
  readonly value?: string;
  readonly pods: number;
}
export const BRIDGE_NF = 'net.bridge.bridge-nf-call-iptables';

export const bridgeNetfilter: Source<'node', BridgeNetfilter | 'not-needed'> = (node, know) => {
  know.ahead([
    [node, 'sysctls'],
    [node, 'podBridge'],
    [node, 'ownPods'],
    [CLUSTER, 'proxy'],
  ]);
  const bridge = know.get(node, 'podBridge');
  // Without kube-proxy Services are translated elsewhere: by eBPF before a packet meets the bridge, or not at all.
  if (bridge === 'none' || !bridge.link || know.get(CLUSTER, 'proxy').mode === 'none') return 'not-needed';
  const value = know.get(node, 'sysctls')[BRIDGE_NF];
  const pods = know.get(node, 'ownPods').length;
  return { bridge: bridge.name, pods, ...(value === undefined ? {} : { value }) };
};
