// Whoever the cluster itself makes call into namespaces, and whom: nobody who writes a policy thinks of them.
import type { PodObject } from '../facts/kube.js';

/** A pod at the port that it has. */
export interface Receiver {
  readonly pod: PodObject;
  readonly port: number;
  readonly protocol: string;
}
export interface Caller {
  /** Who calls: `Ingress shop/web`, `webhook cert-manager`, `PodMonitor shop/api`. */
  readonly says: string;
  /** Pods of which at least one must get in; absent: the API server, from the address of its node. */
  readonly from?: readonly PodObject[];
  readonly to: BehindService | { readonly kind: 'pods'; readonly receivers: readonly Receiver[] };
}
export interface BehindService {
  readonly kind: 'service';
  readonly namespace: string;
  readonly name: string;
  /** Of the Service, by number or name; or of its pods. */
  readonly at: { readonly port: number | string } | { readonly targetPort: number | string };
}
