// What asks Prometheus to scrape it: pods by their annotations, Services and pods by the monitors of the Prometheus operator.
import type { Know } from '../facts/fact.js';
import type { PodObject } from '../facts/kube.js';
import { readSelector } from '../facts/read/kube-policy.js';
import { at, flag, list, number, strings, text, texts, type Jsonish } from '../facts/read/untyped.js';
import { listRequest } from '../facts/sources/api.js';
import { askServed } from '../facts/sources/served.js';
import type { Caller, Receiver } from './policy-caller.js';
import { selects } from './selects.js';

const GROUP = '/apis/monitoring.coreos.com';
const MONITOR_FIELDS = ['metadata.namespace', 'metadata.name', 'spec'];
const SERVICE_MONITORS = `${GROUP}/v1/servicemonitors`;
const POD_MONITORS = `${GROUP}/v1/podmonitors`;

/** Charts of Prometheus and its operator label it so. In its node's network it comes with the node's address. */
const isPrometheus = ({ labels, hostNetwork, phase }: PodObject): boolean =>
  !hostNetwork && phase === 'Running' && labels['app.kubernetes.io/name'] === 'prometheus';

/** Which of several Prometheus scrapes what is told by objects that differ from chart to chart: one that gets in is enough. */
export function scrapes(
  know: Know,
  all: { pods: readonly PodObject[]; services: readonly Jsonish[] },
): readonly Caller[] {
  const from = all.pods.filter(isPrometheus);
  if (from.length === 0) return [];
  know.begin([SERVICE_MONITORS, POD_MONITORS].map((path) => listRequest(path, MONITOR_FIELDS)));
  const asked = (path: string): readonly Jsonish[] => askServed(know, { path, group: GROUP, fields: MONITOR_FIELDS });
  const pods = all.pods.filter(({ hostNetwork, phase }) => !hostNetwork && phase === 'Running');
  const callers: readonly Caller[] = [
    {
      says: 'Prometheus, whom prometheus.io/scrape asks in',
      from,
      to: { kind: 'pods', receivers: pods.flatMap(annotated) },
    },
    ...asked(SERVICE_MONITORS).flatMap((one) => serviceMonitor(one, from, all.services)),
    ...asked(POD_MONITORS).map((one) => podMonitor(one, from, pods)),
  ];
  return callers.filter(({ to }) => to.kind === 'service' || to.receivers.length > 0);
}

/** The common configuration scrapes every declared port of a pod without prometheus.io/port; which is meant, one alone tells. */
function annotated(pod: PodObject): readonly Receiver[] {
  if (pod.annotations['prometheus.io/scrape'] !== 'true') return [];
  const declared = pod.containers.flatMap(({ ports }) => ports).filter(({ protocol }) => protocol === 'TCP');
  const said = pod.annotations['prometheus.io/port'];
  const port = said === undefined ? declared[0]?.port : Number(said);
  const isTold = said === undefined ? declared.length === 1 : /^\d+$/.test(said);
  return port !== undefined && isTold ? [{ pod, port, protocol: 'TCP' }] : [];
}

const named = (kind: string, monitor: Jsonish): string =>
  `${kind} ${text(at(monitor, 'metadata', 'namespace')) ?? ''}/${text(at(monitor, 'metadata', 'name')) ?? ''}`;

function podMonitor(monitor: Jsonish, from: readonly PodObject[], pods: readonly PodObject[]): Caller {
  const meant = pods.filter(({ namespace, labels }) => isIn(monitor, namespace) && hasLabels(monitor, labels));
  const endpoints = list(at(monitor, 'spec', 'podMetricsEndpoints'));
  const receivers = meant.flatMap((pod) => endpoints.flatMap((endpoint) => portOf(pod, endpoint)));
  return { says: named('PodMonitor', monitor), from, to: { kind: 'pods', receivers } };
}

function serviceMonitor(monitor: Jsonish, from: readonly PodObject[], services: readonly Jsonish[]): readonly Caller[] {
  const says = named('ServiceMonitor', monitor);
  return services.flatMap((service): readonly Caller[] => {
    const [namespace, name] = [text(at(service, 'metadata', 'namespace')), text(at(service, 'metadata', 'name'))];
    if (namespace === undefined || name === undefined || !isIn(monitor, namespace)) return [];
    if (!hasLabels(monitor, strings(at(service, 'metadata', 'labels')))) return [];
    return list(at(monitor, 'spec', 'endpoints')).flatMap((endpoint): readonly Caller[] => {
      const [port, target] = [text(at(endpoint, 'port')), at(endpoint, 'targetPort')];
      const targetPort = number(target) ?? text(target);
      const where = port === undefined ? targetPort !== undefined && { targetPort } : { port };
      return where ? [{ says, from, to: { kind: 'service', namespace, name, at: where } }] : [];
    });
  });
}

/** `port` names a container's port, as `targetPort` may; numbers are what they are. */
function portOf(pod: PodObject, endpoint: Jsonish): readonly Receiver[] {
  const target = at(endpoint, 'targetPort');
  const name = text(at(endpoint, 'port')) ?? text(target);
  const declared = pod.containers.flatMap(({ ports }) => ports).find((one) => name !== undefined && one.name === name);
  const port = number(at(endpoint, 'portNumber')) ?? number(target) ?? declared?.port;
  return port === undefined ? [] : [{ pod, port, protocol: 'TCP' }];
}

const hasLabels = (monitor: Jsonish, labels: Readonly<Record<string, string>>): boolean =>
  selects(readSelector(at(monitor, 'spec', 'selector')), labels);

/** Without a namespaceSelector a monitor means its own namespace. */
function isIn(monitor: Jsonish, namespace: string): boolean {
  const selector = at(monitor, 'spec', 'namespaceSelector');
  const names = texts(at(selector, 'matchNames'));
  if (flag(at(selector, 'any'))) return true;
  return names.length > 0 ? names.includes(namespace) : namespace === text(at(monitor, 'metadata', 'namespace'));
}
