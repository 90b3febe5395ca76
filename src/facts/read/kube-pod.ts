import type { ContainerObject, PodObject } from '../kube.js';
import { at, defined, flag, list, number, obj, strings, text, texts, type Jsonish } from './untyped.js';

/** Fields of a pod that any fact uses: what a list is cut down to while it streams. */
export const POD_FIELDS = [
  'metadata.namespace',
  'metadata.name',
  'metadata.uid',
  'metadata.labels',
  'metadata.annotations',
  'metadata.ownerReferences',
  'metadata.deletionTimestamp',
  'spec.nodeName',
  'spec.hostNetwork',
  'spec.hostUsers',
  'spec.dnsPolicy',
  'spec.dnsConfig',
  'spec.containers.*.name',
  'spec.containers.*.image',
  'spec.containers.*.ports',
  'spec.containers.*.args',
  'spec.containers.*.command',
  'spec.containers.*.readinessProbe',
  'spec.containers.*.resources',
  'spec.containers.*.securityContext',
  'spec.initContainers.*.securityContext',
  'spec.initContainers.*.name',
  'status.phase',
  'status.podIP',
  'status.podIPs',
  'status.conditions',
  'status.containerStatuses',
] as const;

export function readPod(pod: Jsonish): PodObject {
  const ready = condition(pod, 'Ready');
  const owner = list(at(pod, 'metadata', 'ownerReferences')).find((reference) => flag(at(reference, 'controller')));
  const dnsConfig = at(pod, 'spec', 'dnsConfig');
  return defined({
    namespace: text(at(pod, 'metadata', 'namespace')) ?? '',
    name: text(at(pod, 'metadata', 'name')) ?? '',
    uid: text(at(pod, 'metadata', 'uid')) ?? '',
    node: text(at(pod, 'spec', 'nodeName')),
    phase: text(at(pod, 'status', 'phase')) ?? 'Unknown',
    ip: text(at(pod, 'status', 'podIP')),
    ips: list(at(pod, 'status', 'podIPs')).flatMap((entry) => text(at(entry, 'ip')) ?? []),
    hostNetwork: flag(at(pod, 'spec', 'hostNetwork')),
    dnsPolicy: text(at(pod, 'spec', 'dnsPolicy')) ?? 'ClusterFirst',
    dnsConfig: dnsConfig === undefined ? undefined : readDnsConfig(dnsConfig),
    labels: strings(at(pod, 'metadata', 'labels')),
    annotations: strings(at(pod, 'metadata', 'annotations')),
    owner: owner && { kind: text(at(owner, 'kind')) ?? '', name: text(at(owner, 'name')) ?? '' },
    ready: text(at(ready, 'status')) === 'True',
    notReady: [text(at(ready, 'reason')), text(at(ready, 'message'))].filter(Boolean).join(': ') || undefined,
    readySince: text(at(ready, 'lastTransitionTime')),
    deleting: at(pod, 'metadata', 'deletionTimestamp') !== undefined,
    mayFilter: mayFilter(pod),
    ownUsers: at(pod, 'spec', 'hostUsers') === false ? true : undefined,
    containers: list(at(pod, 'spec', 'containers')).map((container) => readContainer(container, pod)),
  }) as PodObject;
}

const MESH = /^(sidecar\.istio\.io|linkerd\.io|kuma\.io|consul\.hashicorp\.com|ambient\.istio\.io)\//;

function mayFilter(pod: Jsonish): boolean {
  const containers = [...list(at(pod, 'spec', 'containers')), ...list(at(pod, 'spec', 'initContainers'))];
  const strong = containers.some((container) => {
    const added = texts(at(container, 'securityContext', 'capabilities', 'add'));
    return (
      flag(at(container, 'securityContext', 'privileged')) ||
      added.some((name) => /^(CAP_)?(NET_ADMIN|ALL|SYS_ADMIN)$/.test(name))
    );
  });
  return strong || Object.keys(strings(at(pod, 'metadata', 'annotations'))).some((key) => MESH.test(key));
}

const condition = (pod: Jsonish, type: string): Jsonish =>
  list(at(pod, 'status', 'conditions')).find((entry) => at(entry, 'type') === type);

function readDnsConfig(config: Jsonish): PodObject['dnsConfig'] {
  const ndots = list(at(config, 'options')).find((option) => at(option, 'name') === 'ndots');
  const value = Number(text(at(ndots, 'value')));
  return {
    nameservers: texts(at(config, 'nameservers')),
    searches: texts(at(config, 'searches')),
    ...(Number.isInteger(value) && value > 0 ? { ndots: value } : {}),
  };
}

function readContainer(spec: Jsonish, pod: Jsonish): ContainerObject {
  const name = text(at(spec, 'name')) ?? '';
  const status = list(at(pod, 'status', 'containerStatuses')).find((entry) => at(entry, 'name') === name);
  const state = at(status, 'state');
  return defined({
    name,
    image: text(at(spec, 'image')) ?? '',
    ports: list(at(spec, 'ports')).map(readPort),
    running: at(state, 'running') !== undefined,
    ready: flag(at(status, 'ready')),
    id: text(at(status, 'containerID'))?.replace(/^[a-z0-9.-]+:\/\//, ''),
    restarts: number(at(status, 'restartCount')) ?? 0,
    waiting: said(at(state, 'waiting')),
    terminated: said(at(state, 'terminated')) ?? said(at(status, 'lastState', 'terminated')),
    readiness: readProbe(at(spec, 'readinessProbe')),
    unreadyAfterSeconds: unreadyAfter(at(spec, 'readinessProbe')),
    memoryLimit: bytes(text(at(spec, 'resources', 'limits', 'memory'))),
    args: [...texts(at(spec, 'command')), ...texts(at(spec, 'args'))],
  }) as ContainerObject;
}

/** The API server fills in what is left out; these are its defaults. */
function unreadyAfter(probe: Jsonish): number | undefined {
  if (probe === undefined) return undefined;
  const seconds = (name: string, otherwise: number): number => number(at(probe, name)) ?? otherwise;
  return seconds('periodSeconds', 10) * seconds('failureThreshold', 3) + seconds('timeoutSeconds', 1);
}

const readPort = (port: Jsonish): ContainerObject['ports'][number] =>
  defined({
    name: text(at(port, 'name')),
    port: number(at(port, 'containerPort')) ?? 0,
    protocol: text(at(port, 'protocol')) ?? 'TCP',
    hostPort: number(at(port, 'hostPort')),
  }) as ContainerObject['ports'][number];

const said = (state: Jsonish): string | undefined =>
  state === undefined ? undefined : [text(at(state, 'reason')), text(at(state, 'message'))].filter(Boolean).join(': ');

function readProbe(probe: Jsonish): string | undefined {
  const http = at(probe, 'httpGet');
  if (http !== undefined) return `GET ${text(at(http, 'path')) ?? '/'} on port ${String(at(http, 'port'))}`;
  if (at(probe, 'tcpSocket') !== undefined) return `TCP port ${String(at(probe, 'tcpSocket', 'port'))}`;
  if (at(probe, 'grpc') !== undefined) return `gRPC port ${String(at(probe, 'grpc', 'port'))}`;
  return Object.keys(obj(at(probe, 'exec'))).length > 0
    ? `exec ${texts(at(probe, 'exec', 'command')).join(' ')}`
    : undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  k: 1e3,
  M: 1e6,
  G: 1e9,
};
function bytes(quantity: string | undefined): number | undefined {
  const parts = /^(\d+)(Ki|Mi|Gi|k|M|G|)$/.exec(quantity ?? '');
  return parts ? Number(parts[1]) * (UNITS[parts[2] ?? ''] ?? 1) : undefined;
}
