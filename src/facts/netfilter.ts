// Packet filter rules as read, verbatim enough to be cited and structured enough to be walked.

/** A rule of iptables: matches in order, and what it does. */
export interface IptablesRule {
  readonly chain: string;
  /** 1-based position in its chain, as `iptables -L --line-numbers` would count. */
  readonly position: number;
  readonly matches: readonly IptablesMatch[];
  /** Absent for a rule without -j or -g: it is evaluated and the walk continues. */
  readonly target?: { readonly name: string; readonly goto: boolean; readonly options: Options } | undefined;
  readonly packets?: number | undefined;
  readonly bytes?: number | undefined;
  /** The line as saved, counters aside. */
  readonly text: string;
}
/** `module` is empty for the built-in -s -d -i -o -p; options keep their flags without dashes. */
export interface IptablesMatch {
  readonly module: string;
  readonly options: Options;
}
export type Options = readonly {
  readonly flag: string;
  readonly values: readonly string[];
  readonly negated: boolean;
}[];

export interface IptablesChain {
  readonly name: string;
  /** Only built-in chains have a policy. */
  readonly policy?: 'ACCEPT' | 'DROP';
  readonly rules: readonly IptablesRule[];
}
export interface IptablesTable {
  readonly name: string;
  readonly chains: ReadonlyMap<string, IptablesChain>;
}
/** One backend's whole dump. nft and legacy rules can both be live at once: then both see every packet. */
export interface Iptables {
  readonly backend: 'nft' | 'legacy';
  readonly tables: ReadonlyMap<string, IptablesTable>;
  /** What the tool itself said it could not print, e.g. an incompatible table. */
  readonly warnings: readonly string[];
}

/** A native nft table as its JSON tells it. Statements stay JSON: path/nft/ interprets them, unknown ones taint. */
export interface NftTable {
  readonly family: string;
  readonly name: string;
  readonly chains: ReadonlyMap<string, NftChain>;
  readonly sets: ReadonlyMap<string, NftSet>;
}
export interface NftChain {
  readonly name: string;
  readonly base?: {
    readonly type: string;
    readonly hook: string;
    readonly priority: number;
    readonly policy: 'accept' | 'drop';
  };
  readonly rules: readonly NftRule[];
}
export interface NftRule {
  readonly chain: string;
  readonly handle: number;
  readonly statements: readonly Json[];
  readonly comment?: string;
  readonly text: string;
}
/** A set, or a map when `data` is there. Elements in nft's own JSON, comments and timeouts unwrapped. */
export interface NftSet {
  readonly name: string;
  readonly type: Json;
  readonly map: boolean;
  readonly flags: readonly string[];
  readonly elements: readonly { readonly key: Json; readonly data?: Json; readonly comment?: string }[];
}
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Everything that filters or rewrites packets in one namespace. */
export interface Netfilter {
  readonly iptables: readonly Iptables[];
  readonly nft: readonly NftTable[];
  readonly ipsets: readonly import('./network.js').Ipset[];
  /** Names of native tables seen by `nft list tables` whose content could not be read: they may do anything. */
  readonly unread: readonly string[];
}
