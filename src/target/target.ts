// What the user asked, parsed. Nothing here has been looked up yet.
import type { Protocol } from './subject.js';

export type WorkloadKind = 'pod' | 'deploy' | 'sts' | 'ds' | 'job' | 'rs';

export type Ref =
  | { readonly kind: WorkloadKind; readonly namespace: string; readonly name: string; readonly port?: string }
  | { readonly kind: 'svc'; readonly namespace: string; readonly name: string; readonly port?: string }
  | { readonly kind: 'node'; readonly name: string; readonly port?: string }
  | { readonly kind: 'address'; readonly ip: string; readonly port?: number }
  /** A DNS name or URL as typed; `port` from the URL or after the colon. */
  | { readonly kind: 'name'; readonly host: string; readonly port?: number }
  | { readonly kind: 'outside' };

/** A flow (source and dest), one object (source only), or the whole cluster (neither). */
export interface Target {
  readonly source?: Ref;
  readonly dest?: Ref;
  readonly protocol?: Protocol;
  /** How often to try the flow and each of its backends. */
  readonly repeat?: number;
}
