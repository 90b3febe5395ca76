import type { Where } from '../../evidence/evidence.js';
import { cniFilesAsk, readCniFilesAnswer, readSubnetEnvAnswer, subnetEnvAsk } from '../asks/files.js';
import { Unanswerable, type SourcesOf } from '../fact.js';
import type { NodeObject, PodObject } from '../kube.js';
import type { CniConfig, SubnetEnv } from '../network.js';
import { readNode } from '../read/kube-objects.js';
import { POD_FIELDS, readPod } from '../read/kube-pod.js';
import { askList, askObject, nodePath } from './api.js';
import { ciliumMaps } from './cilium.js';
import { netnsSources, type NetnsFacts } from './netns.js';
import { proxyHealth, proxyLog } from './proxy-health.js';
import { ranAt, reading, runAt } from './run.js';
import { nodeWhere } from './where.js';

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
    /** The last minutes of its log. */
    proxyLog: string;
  }
}

export interface ProxyHealth {
  /** False where no kube-proxy DaemonSet exists: something else serves, or it is no pod. */
  readonly expected: boolean;
  /** Its port is open and it does not answer: stopped, or out of time. */
  readonly hung?: boolean;
  readonly pod?: PodObject;
  readonly healthy: boolean | 'unknown';
  /** Seconds since the last successful sync, where the metrics tell. */
  readonly lastSyncSeconds?: number;
  /** A change was queued after the last sync began: it is stuck or failing. */
  readonly queuedSeconds?: number;
  readonly restoreFailures?: number;
  /** A write failed after the last one that worked. */
  readonly failing?: true;
  /** Lines of its log that say a sync failed. */
  readonly complaints: readonly string[];
}

export const nodeSources = {
  ...netnsSources,
  object(node, know) {
    const found = askObject(know, nodePath(node.name));
    return found === undefined ? 'absent' : readNode(found);
  },
  pods: (node, know) =>
    askList(know, `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node.name}`)}`, POD_FIELDS).map(
      readPod,
    ),
  where(node, know) {
    know.ahead([
      [node, 'object'],
      [node, 'pods'],
    ]);
    const object = know.get(node, 'object');
    if (object === 'absent')
      throw new Unanswerable([{ kind: 'unreachable', detail: `node ${node.name} does not exist` }]);
    return nodeWhere(object, know.get(node, 'pods'));
  },
  cniFiles(node, know) {
    const files = runAt(know, know.get(node, 'where'), reading(cniFilesAsk, readCniFilesAnswer));
    if (files !== 'unseen') return files;
    const detail = `no agent on ${node.name} has /etc/cni/net.d mounted`;
    throw new Unanswerable([{ kind: 'out-of-reach', rung: 'node', detail }]);
  },
  subnetEnv: ranAt(reading(subnetEnvAsk, readSubnetEnvAnswer)),
  proxyHealth,
  proxyLog,
  ciliumMaps,
} satisfies Partial<SourcesOf<'node'>>;
