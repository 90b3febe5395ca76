// What a walk says: where the packet goes, hop by hop, how that ends, and what the client would see of it.
import type { Tuple } from '../facts/network.js';

export type StepKind =
  | 'socket'
  | 'route'
  | 'neighbour'
  | 'bridge'
  | 'veth'
  | 'wire'
  | 'encapsulate'
  | 'decapsulate'
  | 'netfilter'
  | 'nat'
  | 'conntrack'
  | 'reverse-path'
  /** A look-up of an eBPF program in its maps. */
  | 'ebpf'
  | 'forward'
  | 'refuse'
  | 'drop'
  | 'deliver'
  | 'unread';

export interface Step {
  readonly kind: StepKind;
  readonly says: string;
  /** The rule, route or entry itself, verbatim. */
  readonly cites?: string;
  /** Shows what is cited, when run in the hop's namespace. */
  readonly command?: string;
  /** Every rule that matched on the way to the one cited, in order. */
  readonly trail?: readonly string[];
}

export interface Hop {
  readonly netns: string;
  readonly steps: readonly Step[];
}

/** The answer that refuses: how the kernel says no. `by` names the rule, route or namespace. */
export type Refusal =
  | 'rst'
  | 'icmp-net-unreachable'
  | 'icmp-host-unreachable'
  | 'icmp-proto-unreachable'
  | 'icmp-port-unreachable'
  | 'icmp-net-prohibited'
  | 'icmp-host-prohibited'
  | 'icmp-admin-prohibited'
  | 'icmp-ttl-exceeded'
  /** The sender's own kernel says no before anything is sent. */
  | 'not-permitted';

/** What routing says no with: an ICMP error or errno of that name, or nothing at all (a blackhole passed on). */
export type NoRoute = 'net-unreachable' | 'host-unreachable' | 'prohibited' | 'blackhole';

export type Outcome =
  | {
      readonly kind: 'delivered';
      readonly netns: string;
      readonly address: string;
      readonly port: number;
      /** Whether something listens there. */
      readonly socket: 'listens' | 'not-read';
    }
  | { readonly kind: 'refused'; readonly how: Refusal; readonly netns: string; readonly by: string }
  | { readonly kind: 'dropped'; readonly netns: string; readonly by: string }
  | { readonly kind: 'no-route'; readonly netns: string; readonly by: string; readonly how: NoRoute }
  | { readonly kind: 'neighbour-unreachable'; readonly netns: string; readonly by: string }
  /** The answer came back to the client with an address or port it did not send to. */
  | { readonly kind: 'untranslated'; readonly netns: string; readonly by: string }
  | { readonly kind: 'loop'; readonly netns: string; readonly by: string }
  /** `src`: whom those beyond the nodes see, and must have a way back to. */
  | { readonly kind: 'leaves'; readonly netns: string; readonly by: string; readonly src: string }
  /** `netns` is where the first of the questions arose, of a way that might end otherwise. */
  | {
      readonly kind: 'unknown';
      readonly undecided: readonly string[];
      readonly possible: readonly Outcome[];
      readonly netns?: string;
    };

export type Symptom =
  | 'connected'
  | 'refused'
  | 'timeout'
  | 'no-route'
  | 'net-unreachable'
  | 'not-permitted'
  /** Connected or refused: nobody could look whether the port is listened on. */
  | 'answered'
  /** UDP that arrives: an application may or may not answer it. */
  | 'sent'
  | 'protocol-unreachable'
  | 'invalid-argument'
  | 'unknown';

export interface Branch {
  /** Share of new connections that go this way; all branches add up to 1. */
  readonly probability: number;
  readonly hops: readonly Hop[];
  readonly outcome: Outcome;
  /** The answer's way back, when there is one to send. Its `delivered` means the client got it. */
  readonly reply?: {
    readonly hops: readonly Hop[];
    readonly outcome: Outcome;
    /** The answer as it got to wherever it ended; `about` is what an ICMP error quotes. */
    readonly arrives?: Tuple & { readonly about?: Tuple };
  };
  readonly symptom: Symptom;
  /** What nobody could look at on the way, though it is not likely to matter. */
  readonly blind: readonly string[];
  /** Addresses and ports as the receiver sees them. */
  readonly arrives: Tuple;
}

export interface Prediction {
  readonly branches: readonly Branch[];
  /** Of all branches: one symptom when every client sees the same. */
  readonly symptoms: readonly Symptom[];
}
