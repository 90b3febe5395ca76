// API objects as far as we use them. Readers cut them down, so that a check cannot come to rest on the rest.

export interface NodeObject {
  readonly name: string;
  readonly ready: boolean;
  /** Why not, in the kubelet's own words. */
  readonly notReady?: string;
  readonly networkUnavailable: boolean;
  readonly internalIps: readonly string[];
  readonly podCidrs: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly string[];
  readonly kubeletVersion: string;
  /** Image names present on the node: what a probe pod can start from without a pull. */
  readonly images: readonly string[];
}

export interface ContainerObject {
  readonly name: string;
  readonly image: string;
  readonly ports: readonly {
    readonly name?: string;
    readonly port: number;
    readonly protocol: string;
    readonly hostPort?: number;
  }[];
  readonly running: boolean;
  readonly ready: boolean;
  /** Without its scheme. */
  readonly id?: string;
  readonly restarts: number;
  /** `CrashLoopBackOff`, `ImagePullBackOff`, `OOMKilled` … with the message, as the kubelet says it. */
  readonly waiting?: string;
  readonly terminated?: string;
  readonly readiness?: string;
  readonly unreadyAfterSeconds?: number;
  readonly memoryLimit?: number;
  readonly args: readonly string[];
}

export interface PodObject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node?: string;
  readonly phase: string;
  readonly ip?: string;
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
  readonly dnsPolicy: string;
  readonly dnsConfig?: {
    readonly nameservers: readonly string[];
    readonly searches: readonly string[];
    readonly ndots?: number;
  };
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** `Deployment/api`-like owner chain is not followed: the direct controller only. */
  readonly owner?: { readonly kind: string; readonly name: string };
  readonly ready: boolean;
  readonly notReady?: string;
  /** Since when it has been as ready or unready as it is. */
  readonly readySince?: string;
  readonly deleting: boolean;
  /**
   * Something in it may have put packet filter rules into its own network namespace: a container with NET_ADMIN, or a
   * mesh whose CNI plugin does it. Where false the kernel would have refused, so there are none.
   */
  readonly mayFilter: boolean;
  /** A user namespace of its own (`hostUsers: false`): its ids are others to the kernel. */
  readonly ownUsers?: true;
  readonly containers: readonly ContainerObject[];
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly targetPort: number | string;
  readonly nodePort?: number;
}
export interface ServiceObject {
  readonly namespace: string;
  readonly name: string;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  readonly clusterIps: readonly string[];
  readonly headless: boolean;
  readonly externalName?: string;
  readonly externalIps: readonly string[];
  readonly ingressIps: readonly string[];
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly ServicePort[];
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  readonly internalTrafficPolicy: 'Cluster' | 'Local';
  readonly sessionAffinity: 'None' | 'ClientIP';
  readonly ipFamilies: readonly string[];
  readonly publishNotReady: boolean;
}

/** One address of one EndpointSlice port. */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
  readonly portName: string;
  readonly protocol: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Carries topology hints: nodes elsewhere are not meant to use it. */
  readonly hinted?: boolean;
  readonly node?: string;
  readonly pod?: { readonly namespace: string; readonly name: string };
  readonly slice: string;
}

export interface EventObject {
  readonly reason: string;
  readonly message: string;
  readonly type: string;
  readonly count: number;
  readonly lastAt: string;
}

export interface PolicyObject {
  readonly namespace: string;
  readonly name: string;
  readonly podSelector: Selector;
  readonly types: readonly ('Ingress' | 'Egress')[];
  readonly ingress: readonly PolicyRule[];
  readonly egress: readonly PolicyRule[];
}
export interface Selector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}
export interface PolicyRule {
  readonly ports: readonly { readonly protocol: string; readonly port?: number | string; readonly endPort?: number }[];
  readonly peers: readonly {
    readonly podSelector?: Selector;
    readonly namespaceSelector?: Selector;
    readonly ipBlock?: { readonly cidr: string; readonly except: readonly string[] };
  }[];
}

/** What answers names in this cluster, and how it is set up. */
export interface DnsSetup {
  readonly service?: ServiceObject;
  readonly endpoints: readonly Endpoint[];
  readonly pods: readonly PodObject[];
  readonly corefile?: string;
  /** Where CoreDNS forwards what it does not own: addresses, or `/etc/resolv.conf`. */
  readonly forwards: readonly string[];
}

/** The DaemonSet that runs an agent on every node. */
export interface AgentSet {
  readonly namespace: string;
  readonly name: string;
  readonly desired: number;
  readonly ready: number;
}

export interface ProxySetup {
  readonly mode: 'iptables' | 'nftables' | 'ipvs' | 'none' | 'unknown';
  readonly clusterCidr?: string;
  readonly daemonSet?: AgentSet;
}

export interface CniSetup {
  readonly name:
    | 'flannel'
    | 'calico'
    | 'cilium'
    | 'kindnet'
    | 'kube-router'
    | 'weave'
    | 'antrea'
    | 'aws-vpc'
    | 'azure'
    | 'ovn-kubernetes'
    | 'unknown';
  /** flannel: `vxlan`, `host-gw` …; the others as they call it. */
  readonly backend?: string;
  readonly network?: string;
  readonly daemonSet?: AgentSet;
  readonly settings: Readonly<Record<string, string>>;
}

export interface ClusterCidrs {
  readonly pods: readonly string[];
  readonly services: readonly string[];
  readonly clusterDomain: string;
  /** Which object said so, for the finding that cites it. */
  readonly source: string;
}
