// What one network namespace holds, whichever tool told it. Readers produce these; path/ and checks read them.

export interface Link {
  readonly index: number;
  readonly name: string;
  /** `vxlan`, `bridge`, `veth` …; empty for a plain device or where the tool does not tell. */
  readonly kind: string;
  /** Administratively up (IFF_UP). */
  readonly up: boolean;
  /** Has carrier (IFF_LOWER_UP). A veth whose peer is down has none. */
  readonly carrier: boolean;
  readonly mtu: number;
  readonly mac?: string;
  /** Name of the bridge (or bond) this link is a port of. */
  readonly master?: string;
  /** ifindex of the other end of a veth, in the namespace `peerNetns` says (absent: this one; -1: another, not told which). */
  readonly peerIndex?: number;
  readonly peerNetns?: number;
  readonly vxlan?: Vxlan;
  /** Set on ports of a bridge, where the tool tells. */
  readonly port?: { readonly hairpin: boolean; readonly state: string };
  readonly counters?: LinkCounters;
  /** An XDP or tc/tcx program is attached: what it does to packets cannot be read here. */
  readonly program?: string;
}

export interface Vxlan {
  readonly vni: number;
  readonly port: number;
  readonly local?: string;
  readonly device?: string;
  readonly learning: boolean;
  /** Collect-metadata mode: VNI and peer come from an eBPF program or the route, not from the FDB. */
  readonly external: boolean;
}

export interface LinkCounters {
  readonly rxPackets: number;
  readonly txPackets: number;
  readonly rxErrors: number;
  readonly txErrors: number;
  readonly rxDropped: number;
  readonly txDropped: number;
}

export interface Address {
  readonly link: string;
  readonly family: 4 | 6;
  readonly ip: string;
  readonly prefix: number;
  readonly scope: string;
}

export interface Route {
  /** `main`, `local`, or a number as the tool prints it. */
  readonly table: string;
  readonly type: 'unicast' | 'local' | 'broadcast' | 'multicast' | 'blackhole' | 'unreachable' | 'prohibit' | 'throw';
  /** Always a CIDR: `default` is `0.0.0.0/0`, a host is `/32`. */
  readonly dst: string;
  readonly via?: string;
  readonly dev?: string;
  readonly src?: string;
  readonly metric: number;
  readonly protocol?: string;
  readonly scope?: string;
  readonly onlink: boolean;
  readonly mtu?: number;
  /** The link under it is down or has lost carrier: the kernel passes it over. */
  readonly dead: boolean;
  readonly nexthops?: readonly { readonly via?: string; readonly dev?: string; readonly weight: number }[];
  /** As `ip route` would print it: what a finding cites. */
  readonly text: string;
}

export interface RoutingRule {
  readonly priority: number;
  /** Always a CIDR; `all` is `0.0.0.0/0`. */
  readonly from: string;
  readonly to: string;
  readonly not: boolean;
  readonly mark?: { readonly value: number; readonly mask: number };
  readonly iif?: string;
  readonly oif?: string;
  /** Table looked up; absent for blackhole, unreachable, prohibit. */
  readonly table?: string;
  readonly action: 'lookup' | 'blackhole' | 'unreachable' | 'prohibit' | 'unknown';
  readonly text: string;
}

export interface Neighbour {
  readonly ip: string;
  readonly dev: string;
  readonly mac?: string;
  /** `PERMANENT`, `REACHABLE`, `STALE`, `FAILED`, `INCOMPLETE` … */
  readonly state: string;
}

export interface FdbEntry {
  readonly mac: string;
  readonly dev: string;
  /** On a vxlan device: the underlay address frames to this MAC are sent to. */
  readonly dst?: string;
  readonly master?: string;
  readonly permanent: boolean;
}

export interface Socket {
  readonly protocol: 'tcp' | 'udp';
  readonly family: 4 | 6;
  readonly localIp: string;
  readonly localPort: number;
  readonly state: string;
  /** For a listener: connections waiting to be accepted, and room for them (0 where the tool does not tell). */
  readonly receiveQueue: number;
  readonly sendQueue: number;
  readonly process?: string;
}

/** Dotted name without `net.`-prefix changes: `net.ipv4.ip_forward` → text value. Absent keys do not exist there. */
export type Sysctls = Readonly<Record<string, string>>;

/** `IpForwDatagrams`, `TcpExtListenOverflows` …: nstat's names, whichever tool told. */
export type Counters = Readonly<Record<string, number>>;

/** Ids of a process, as the kernel knows them outside of any user namespace. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

export interface ConntrackEntry {
  readonly protocol: string;
  readonly state?: string;
  readonly timeoutSeconds: number;
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly unreplied: boolean;
  readonly assured: boolean;
  readonly mark: number;
  readonly text: string;
}
export interface Tuple {
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
}

export interface ConntrackTable {
  readonly count: number;
  readonly max: number;
  readonly buckets?: number;
}
/** Summed over CPUs. `drop` and `earlyDrop` rise when the table is full; `insertFailed` on races. */
export interface ConntrackStats {
  readonly found: number;
  readonly invalid: number;
  readonly insertFailed: number;
  readonly drop: number;
  readonly earlyDrop: number;
}

export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
  readonly options: readonly string[];
}

export interface HostsEntry {
  readonly ip: string;
  readonly names: readonly string[];
}

/** One file of /etc/cni/net.d. */
export interface CniConfig {
  readonly file: string;
  readonly name?: string;
  readonly cniVersion?: string;
  readonly plugins: readonly { readonly type: string; readonly raw: Readonly<Record<string, unknown>> }[];
  readonly unreadable?: string;
}

/** flannel's /run/flannel/subnet.env. */
export interface SubnetEnv {
  readonly network: string;
  readonly subnet: string;
  readonly mtu: number;
  readonly ipMasq: boolean;
}

export interface Ipset {
  readonly name: string;
  /** `hash:ip`, `hash:net`, `hash:ip,port` … */
  readonly type: string;
  readonly family: 'inet' | 'inet6';
  readonly members: readonly string[];
}
