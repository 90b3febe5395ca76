// What was asked, as typed; nothing here has been looked up yet.
import type { Protocol } from './subject.js';

/** Short name, the plural the API uses, and every spelling people carry over from kubectl. */
export const RESOURCES = {
  pod: { plural: 'pods', spellings: ['pod', 'pods', 'po'] },
  deploy: { plural: 'deployments', spellings: ['deploy', 'deployment', 'deployments', 'deployment.apps'] },
  sts: { plural: 'statefulsets', spellings: ['sts', 'statefulset', 'statefulsets', 'statefulset.apps'] },
  ds: { plural: 'daemonsets', spellings: ['ds', 'daemonset', 'daemonsets', 'daemonset.apps'] },
  job: { plural: 'jobs', spellings: ['job', 'jobs', 'job.batch'] },
  svc: { plural: 'services', spellings: ['svc', 'service', 'services'] },
  node: { plural: 'nodes', spellings: ['node', 'nodes', 'no'] },
} as const;
export type Resource = keyof typeof RESOURCES;
export const RESOURCE_NAMES = [
  'pod',
  'deploy',
  'sts',
  'ds',
  'job',
  'svc',
  'node',
] as const satisfies readonly Resource[];

export type End =
  | {
      readonly kind: 'object';
      readonly resource: Resource;
      readonly name: string;
      /** Absent: the namespace of -n, else of the context. Never set for a node. */
      readonly namespace?: string;
      /** A number or a name. */
      readonly port?: string;
    }
  | {
      readonly kind: 'host';
      /** An IP address, or a name to look up. */
      readonly host: string;
      readonly isAddress: boolean;
      readonly port?: string;
      /** Set when a URL was given. */
      readonly url?: { readonly scheme: string; readonly path: string };
    }
  /** A client beyond the nodes. */
  | { readonly kind: 'outside' };

export interface Target {
  readonly source: End;
  /** Absent: one object is to be examined, and no flow. */
  readonly dest?: End;
  readonly protocol?: Protocol;
}

/** As people would type it again. */
export function endText(end: End): string {
  if (end.kind === 'outside') return 'outside';
  const port = end.port === undefined ? '' : `:${end.port}`;
  if (end.kind === 'object') {
    const namespace = end.resource === 'svc' && end.namespace !== undefined ? `.${end.namespace}` : '';
    return `${end.resource}/${end.name}${namespace}${port}`;
  }
  const host = end.host.includes(':') ? `[${end.host}]` : end.host;
  return end.url === undefined ? `${host}${port}` : `${end.url.scheme}://${host}${port}${end.url.path}`;
}
