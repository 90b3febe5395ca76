import type { Where } from '../../evidence/evidence.js';
import type { NodeObject, PodObject } from '../kube.js';
import type { CniConfig, SubnetEnv } from '../network.js';
import type { NetnsFacts } from './netns.js';

declare module '../fact.js' {
  interface NodeFacts extends NetnsFacts {
    object: NodeObject | 'absent';
    /** Pods scheduled there. */
    pods: readonly PodObject[];
    where: Where;
    cniFiles: readonly CniConfig[];
    subnetEnv: SubnetEnv;
    /** kube-proxy's own word: when it last wrote its rules, and whether a write is overdue. */
    proxyHealth: ProxyHealth;
  }
}

export interface ProxyHealth {
  readonly pod?: PodObject;
  readonly healthy: boolean | 'unknown';
  /** Seconds since the last successful sync, where the metrics tell. */
  readonly lastSyncSeconds?: number;
  /** A change was queued after the last sync began: it is stuck or failing. */
  readonly queuedSeconds?: number;
  readonly restoreFailures?: number;
  /** Lines of its log that say a sync failed. */
  readonly complaints: readonly string[];
}
