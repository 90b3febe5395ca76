// One packet as one end's policies see it.
import type { PodObject } from '../../facts/kube.js';
import type { Policed, PolicedEnd, PolicedPod } from '../../model/policed.js';
import type { Dialect } from './dialect.js';

export type Direction = 'Ingress' | 'Egress';

export interface Traffic {
  readonly direction: Direction;
  /** Whose policies are asked. */
  readonly self: PolicedPod;
  readonly peer: PolicedEnd;
  readonly dest: PolicedEnd;
  /** Of the destination, behind any Service. */
  readonly port: number;
  readonly protocol: string;
  /** The Service it went by: its port is the one people write by mistake. */
  readonly service?: Extract<Policed, { kind: 'read' }>['service'] | undefined;
  /** Every pod of both ends' namespaces, where they were read. */
  readonly siblings?: readonly PodObject[] | undefined;
  /** They are all there are in the cluster. */
  readonly siblingsAreAll?: boolean | undefined;
  readonly dialect: Dialect;
}

export function endText(end: PolicedEnd): string {
  switch (end.kind) {
    case 'pod':
      return `pod/${end.pod.name}`;
    case 'node':
      return end.pod === undefined ? `node/${end.name}` : `pod/${end.pod}`;
    default:
      return end.address ?? 'a client beyond the nodes';
  }
}
