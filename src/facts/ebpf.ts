// What Cilium has loaded into one node's kernel, as its maps hold it: the rules that no iptables-save shows.

export interface CiliumMaps {
  /** By `address:port`. Cilium 1.16 keeps one entry for all protocols of a port. */
  readonly services: ReadonlyMap<string, CiliumService>;
  readonly endpoints: readonly CiliumEndpoint[];
  readonly identities: readonly CiliumIdentity[];
  /** By endpoint id. */
  readonly policies: ReadonlyMap<number, readonly CiliumPolicyEntry[]>;
}

export interface CiliumService {
  readonly address: string;
  readonly port: number;
  /** `ClusterIP`, `NodePort`, `LoadBalancer`, `non-routable`, `Local`, `InternalLocal`, `sessionAffinity` … */
  readonly flags: readonly string[];
  readonly backends: readonly CiliumBackend[];
  /** Backends for connections from inside, where external traffic is kept to this node (`/i`). */
  readonly inside?: readonly CiliumBackend[];
}

/** A slot whose backend is not in the backend map: connections that choose it fail. */
export type CiliumBackend =
  | { readonly address: string; readonly port: number; readonly text: string }
  | { readonly missing: number; readonly text: string };

export interface CiliumEndpoint {
  readonly ip: string;
  /** The node's own addresses have neither. */
  readonly local?: { readonly id: number; readonly identity: number; readonly ifindex: number };
  readonly text: string;
}

/** Who an address is to policies, and the node behind which it lives. */
export interface CiliumIdentity {
  readonly cidr: string;
  readonly identity: number;
  /** The peer that packets for it are wrapped for; absent where they are not wrapped. */
  readonly tunnel?: string;
  readonly text: string;
}

export interface CiliumPolicyEntry {
  readonly direction: 'ingress' | 'egress';
  /** 0: anybody. */
  readonly identity: number;
  /** IANA number; 0: any. */
  readonly protocol: number;
  readonly port: number;
  /** How many bits of protocol (8) and port (16) must match: 0, 8 or up to 24. */
  readonly prefix: number;
  readonly denies: boolean;
  /** Non-zero: handed to a proxy of this node, which judges by more than ports. */
  readonly proxyPort: number;
  readonly text: string;
}

/** A connection in the table of Cilium's programs. */
export interface CiliumTracked {
  readonly sourcePort: number;
  /** By the node's monotonic clock. An entry stays until it is swept, which may be hours later. */
  readonly expires: number;
  readonly answered: boolean;
  readonly text: string;
}
