import type { ProxyHealth } from '../facts/sources/node.js';
import { reason } from './unready.js';

/** What ails kube-proxy on a node, the plainest reason first. */
export function proxyText(
  name: string,
  { pod: own, hung, failing, lastSyncSeconds, queuedSeconds, complaints }: ProxyHealth,
): string {
  if (!own) return `no kube-proxy pod runs on ${name}: its rules are not kept up to date`;
  if (!own.ready) return `pod/${own.name} is not ready: ${reason(own, [])}`;
  if (hung) return `pod/${own.name} is Ready but does not answer: its port is open and nothing comes back within 2 s`;
  if (queuedSeconds !== undefined)
    return `pod/${own.name} is Ready but a change has waited ${queuedSeconds} s; it last wrote rules ${lastSyncSeconds} s ago`;
  if (failing)
    return `pod/${own.name} is Ready but fails to write its rules; it last wrote them ${lastSyncSeconds} s ago`;
  return complaints[0]
    ? `pod/${own.name} logs: ${complaints[0]}`
    : `pod/${own.name} is Ready but calls itself unhealthy`;
}
