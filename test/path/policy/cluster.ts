// A small cluster in which recipe policies are tried: three namespaces, a nameserver, two nodes and the world beyond.
import type { PolicyObject } from '../../../src/facts/kube.js';
import type { Enforcer, OtherPolicies } from '../../../src/facts/policy.js';
import { readPolicy } from '../../../src/facts/read/kube-policy.js';
import { container, pod } from '../../../src/checks/samples.js';
import { enforcer as sampleEnforcer } from '../../../src/checks/samples-policy.js';
import type { Policed, PolicedEnd } from '../../../src/model/policed.js';
import { nameLabel, type Labels } from '../../../src/model/policies.js';
import { selects } from '../../../src/model/selects.js';
import { intend } from '../../../src/path/policy/intended.js';
import { sideText } from '../../../src/path/policy/reason.js';

const NAMESPACES: Readonly<Record<string, Labels>> = {
  shop: { team: 'shop', env: 'prod' },
  web: { team: 'web', env: 'prod' },
  monitoring: { purpose: 'monitoring' },
  'kube-system': {},
};
const port = (name: string, number: number, protocol = 'TCP') => ({ name, port: number, protocol });
const HTTP = [port('http', 8080), port('metrics', 9090), port('echo-udp', 9001, 'UDP'), port('sip', 7777, 'SCTP')];

export const PODS = [
  pod({ namespace: 'shop', name: 'client', node: 'w1', ip: '10.244.1.4', labels: { app: 'client' } }),
  pod({ namespace: 'shop', name: 'api', node: 'w2', ip: '10.244.2.7', labels: { app: 'api', tier: 'backend' } }),
  pod({ namespace: 'shop', name: 'db', node: 'w1', ip: '10.244.1.9', labels: { app: 'db', tier: 'backend' } }),
  pod({ namespace: 'web', name: 'front', node: 'w1', ip: '10.244.1.11', labels: { app: 'front', role: 'frontend' } }),
  pod({ namespace: 'monitoring', name: 'prom', node: 'w2', ip: '10.244.2.21', labels: { app: 'prometheus' } }),
  pod({ namespace: 'kube-system', name: 'dns', node: 'w2', ip: '10.244.2.2', labels: { 'k8s-app': 'kube-dns' } }),
].map((one) => ({
  ...one,
  uid: `${one.namespace}/${one.name}`,
  containers: [container({ ports: portsOf(one.name) })],
}));

function portsOf(name: string) {
  if (name === 'dns') return [port('dns', 53, 'UDP'), port('dns-tcp', 53), port('metrics', 9153)];
  return name === 'db' ? [port('pg', 5432)] : HTTP;
}

/** A manifest as people write it: the spec, and where it lies when not in `shop`. */
export interface Manifest {
  readonly name: string;
  readonly namespace?: string;
  readonly spec: object;
}
export const policyOf = ({ name, namespace = 'shop', spec }: Manifest): PolicyObject =>
  readPolicy({ metadata: { namespace, name }, spec });

/** `shop/api`, `node/w1`, `host/w1` (a pod in its network), `203.0.113.10`, or `outside` without an address. */
export function endOf(word: string, policies: readonly PolicyObject[]): PolicedEnd {
  const [kind = '', name = ''] = word.split('/');
  if (word === 'outside') return { kind: 'outside' };
  if (kind === 'node' || kind === 'host') {
    const at = name === 'w1' ? 1 : 2;
    const node = { labels: { zone: name }, addresses: [`192.168.0.1${at}`], podCidrs: [`10.244.${at}.0/24`] };
    return { kind: 'node', name, ...node, ...(kind === 'host' ? { pod: 'agent' } : {}) };
  }
  const found = PODS.find((one) => one.namespace === kind && one.name === name);
  if (!found) return { kind: 'outside', address: word };
  const selecting = policies.filter((one) => one.namespace === kind && selects(one.podSelector, found.labels));
  return { kind: 'pod', pod: found, selecting, namespaceLabels: { ...NAMESPACES[kind], ...nameLabel(kind) } };
}

/** A node is sent to at its own address. */
const destOf = (end: PolicedEnd): PolicedEnd => (end.kind === 'node' ? { ...end, podCidrs: [] } : end);

export interface Tried {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol?: string;
  readonly by?: Partial<Enforcer>;
  readonly service?: { readonly name: string; readonly port: number };
}

export function policedOf(policies: readonly PolicyObject[], tried: Tried): Extract<Policed, { kind: 'read' }> {
  return {
    kind: 'read',
    enforcer: sampleEnforcer({ name: 'calico', says: 'calico', ...tried.by }),
    observed: 'none',
    source: endOf(tried.from, policies),
    dests: [{ end: destOf(endOf(tried.to, policies)), port: tried.port }],
    protocol: tried.protocol ?? 'TCP',
    dns: false,
    translated: false,
    siblings: PODS.filter(({ namespace }) => [tried.from, tried.to].some((end) => end.startsWith(`${namespace}/`))),
    ...(tried.service ? { service: tried.service } : {}),
  };
}

/** The verdict and the clause of the side that decided it. */
export function tell(
  manifests: readonly Manifest[],
  tried: Tried,
  others: OtherPolicies = { admin: [] },
): readonly [verdict: string, because: string] {
  const told = intend(policedOf(manifests.map(policyOf), tried), others);
  const [way] = told.ways;
  const sides = way?.sides ?? [];
  const decisive =
    sides.find(({ ruling }) => ruling.verdict === told.says && told.says !== 'allow') ??
    sides.find(({ ruling }) => ruling.basis.kind === 'rule') ??
    sides.at(-1);
  const wanted = `${tried.port}/${(tried.protocol ?? 'TCP').toLowerCase()}`;
  return [told.says, decisive ? sideText(decisive, wanted) : 'neither end has policies'];
}
