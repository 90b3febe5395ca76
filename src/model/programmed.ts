// What the node that translates a flow has programmed for the Service, against what the API says it should.
import type { Know, Source } from '../facts/fact.js';
import type { ServiceObject, ServicePort } from '../facts/kube.js';
import { CLUSTER, nodeSubject, podSubject, type Subject } from '../target/subject.js';
import type { FlowEnds } from './flow-ends.js';
import { usableEndpoints } from './local-policy.js';
import { compare } from './programmed-compare.js';
import { foundInCilium } from './programmed-cilium.js';
import { foundInIptables } from './programmed-iptables.js';
import { foundInNft } from './programmed-nft.js';

declare module '../facts/fact.js' {
  interface FlowFacts {
    programmed: Programmed;
  }
}
export type Programmed =
  | { readonly kind: 'does-not-apply'; readonly why: string }
  | {
      readonly kind: 'read';
      readonly node: string;
      readonly by: Keeper;
      readonly service: { readonly namespace: string; readonly name: string };
      /** Backends programmed. */
      readonly backends: number;
      /** Gravest first. */
      readonly faults: readonly Fault[];
      /** Where there are faults: whether the nodes of the backends have them too. */
      readonly elsewhere: readonly { readonly node: string; readonly right: boolean }[];
    };
/** The program that writes what translates Services on a node. */
export type Keeper = 'kube-proxy' | 'cilium';
export interface Fault {
  readonly says: string;
  /** The rule itself, or that there is none. */
  readonly shows: string;
  readonly command: string;
  /** Of new connections: all fail, some do, or none does yet. */
  readonly hits: 'all' | 'some' | 'none';
}

/** What is looked for, in either mode. */
export interface Wanted {
  readonly service: ServiceObject;
  readonly port: ServicePort;
  readonly address: string;
  readonly dport: number;
  readonly nodePort: boolean;
  /** Traffic of the node itself is translated in another hook than what it forwards. */
  readonly hook: 'PREROUTING' | 'OUTPUT';
  readonly local: boolean;
}
/** What stands there. */
export interface Found {
  readonly by: Keeper;
  /** The jump from the hook into kube-proxy's own chain. */
  readonly jump: boolean;
  /** As one would look for it: `PREROUTING to KUBE-SERVICES`. */
  readonly jumps: string;
  readonly entry?: string;
  /** A rule that refuses or drops the Service. */
  readonly refusal?: string;
  /** Absent: the chain the entry leads to does not exist or leads nowhere. */
  readonly backends?: readonly Backend[];
  readonly command: string;
}
export interface Backend {
  readonly to: string;
  /** What its chain is named for, when that is another endpoint than it leads to. */
  readonly namedFor?: string;
  /** A share of connections goes to an entry that is not there. */
  readonly lost?: true;
  readonly text: string;
  /** Of new connections, and the rule that says so; absent where all are alike by construction. */
  readonly share?: { readonly part: number; readonly text: string };
}

export const programmed: Source<'flow', Programmed> = (flow, know) => {
  const ends = know.get(flow, 'ends');
  const wanted = wantedOf(flow, ends);
  if (typeof wanted === 'string') return { kind: 'does-not-apply', why: wanted };
  const node = wanted.nodePort ? ends.addressNode : ends.sourceNode;
  if (node === undefined) return { kind: 'does-not-apply', why: 'no node that we know translates it' };
  const found = foundOn(node, wanted, know);
  if (!found) return { kind: 'does-not-apply', why: 'neither kube-proxy’s rules nor Cilium’s maps serve here' };

  const faults = faultsOn(node, found, { ends, wanted, know });
  const { namespace, name } = wanted.service;
  // They are read for the path anyway, and need not be compared while all is well.
  const others = faults.length === 0 ? [] : new Set(ends.endpoints.flatMap((each) => each.node ?? []));
  const elsewhere = [...others]
    .filter((other) => other !== node && isRead(other, know))
    .flatMap((other) => {
      const there = foundOn(other, wanted, know);
      return there ? [{ node: other, right: faultsOn(other, there, { ends, wanted, know }).length === 0 }] : [];
    });
  return {
    kind: 'read',
    node,
    by: found.by,
    service: { namespace, name },
    backends: found.backends?.length ?? 0,
    faults,
    elsewhere,
  };
};

interface Asked {
  readonly ends: FlowEnds;
  readonly wanted: Wanted;
  readonly know: Know;
}

function faultsOn(node: string, found: Found, { ends, wanted, know }: Asked): readonly Fault[] {
  const usable = usableEndpoints(ends.endpoints).filter((endpoint) => !wanted.local || endpoint.node === node);
  const since = new Map(
    usable.flatMap(({ ip, pod }) => {
      const object = pod && know.peek(podSubject(pod.namespace, pod.name), 'object');
      const at = object?.kind === 'known' && object.value !== 'absent' ? object.value.readySince : undefined;
      return at === undefined ? [] : [[ip, at] as const];
    }),
  );
  return compare(found, usable, { ...wanted, node, since });
}

function wantedOf(flow: Subject<'flow'>, { service, port, source, addressNode }: FlowEnds): Wanted | string {
  if (flow.pod || !service || !port) return 'the flow goes to no Service';
  if (service.headless || service.externalName) return 'the Service has no address to translate';
  const inside = service.clusterIps.includes(flow.address);
  const nodePort = !inside && addressNode !== undefined && port.nodePort === flow.port;
  if (!inside && !nodePort) return 'the address is none of the cluster’s nodes';
  if (nodePort && service.externalTrafficPolicy === 'Local') return 'a policy of Local decides it';
  return {
    service,
    port,
    address: flow.address,
    dport: flow.port,
    nodePort,
    hook: flow.source.kind === 'node' || source?.hostNetwork === true ? 'OUTPUT' : 'PREROUTING',
    local: inside && service.internalTrafficPolicy === 'Local',
  };
}

const isRead = (node: string, know: Know): boolean =>
  (['netfilter', 'ciliumMaps'] as const).every((what) => know.peek(nodeSubject(node), what).kind === 'known');

function foundOn(node: string, wanted: Wanted, know: Know): Found | undefined {
  const proxy = know.peek(CLUSTER, 'proxy');
  const mode = proxy.kind === 'unknown' ? 'unknown' : proxy.value.mode;
  if (mode === 'ipvs') return undefined;
  if (mode === 'none') {
    const maps = know.get(nodeSubject(node), 'ciliumMaps');
    return maps === 'none' ? undefined : foundInCilium(maps, wanted);
  }
  const netfilter = know.get(nodeSubject(node), 'netfilter');
  // The configuration may be read-protected: then whichever is there tells.
  if (mode === 'nftables') return foundInNft(netfilter, wanted);
  if (mode === 'iptables') return foundInIptables(netfilter, wanted);
  return netfilter.nft.some(({ name }) => name === 'kube-proxy') ? foundInNft(netfilter, wanted) : undefined;
}
