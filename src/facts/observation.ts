// What really happened when something was tried from the source's own namespace.

export type AttemptEnd =
  | 'connected'
  | 'refused'
  | 'timeout'
  | 'no-route'
  | 'net-unreachable'
  | 'not-permitted'
  | 'reset'
  | 'address-unavailable'
  /** UDP: sent, and nothing came back. Silence proves nothing. */
  | 'silent'
  | 'unknown';

export interface Attempt {
  readonly end: AttemptEnd;
  /** `ECONNREFUSED` … where the tool told it. */
  readonly errno?: string;
  readonly elapsedMs: number;
  /** The client's own port, where the tool told it: the key to this attempt in conntrack. */
  readonly sourcePort?: number;
  readonly raw: string;
}
export interface Attempts {
  readonly tool: string;
  readonly tries: readonly Attempt[];
}

export interface Lookup {
  readonly tool: string;
  readonly server: string;
  readonly name: string;
  readonly end: 'answered' | 'timeout' | 'refused' | 'not-permitted' | 'unknown';
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL` … when answered. */
  readonly rcode?: string;
  readonly addresses: readonly string[];
  /** Names a CNAME led to, in order. */
  readonly aliases: readonly string[];
  readonly elapsedMs: number;
  readonly raw: string;
}

/** DF-flagged pings of growing size: the largest answered and the smallest lost or refused. */
export interface SizeSweep {
  readonly tool: string;
  readonly largestAnswered?: number;
  readonly smallestLost?: number;
  /** An ICMP "fragmentation needed" or the local stack named this MTU. */
  readonly reportedMtu?: number;
  readonly raw: string;
}
