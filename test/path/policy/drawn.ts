// The property test's own pods, with the addresses they had in the lab, and what is said of a flow between two of them.
import { container, pod } from '../../../src/checks/samples.js';
import { enforcer } from '../../../src/checks/samples-policy.js';
import type { PolicyObject } from '../../../src/facts/kube.js';
import type { PolicedEnd } from '../../../src/model/policed.js';
import { nameLabel } from '../../../src/model/policies.js';
import { selects } from '../../../src/model/selects.js';
import { intend } from '../../../src/path/policy/intended.js';
import { policyOf } from './cluster.js';

const [http, web] = [8080, 8080].map((port, at) => ({ name: at === 0 ? 'http' : 'web', port, protocol: 'TCP' }));
const echo = { name: 'echo', port: 9000, protocol: 'TCP' };
const udp = { name: 'echo-udp', port: 9001, protocol: 'UDP' };
type Ports = readonly (typeof http)[];

export const PODS = [
  made('pol-a/a1 10.200.1.5', { app: 'web', tier: 'front' }, [http, echo, udp]),
  made('pol-a/a2 10.200.2.8', { app: 'api', tier: 'back' }, [web, echo]),
  made('pol-a/a3 10.200.1.6', { app: 'db' }, [udp]),
  made('pol-b/b1 10.200.1.7', { app: 'web', tier: 'front' }, [http]),
  made('pol-b/b2 10.200.2.9', { app: 'api', tier: 'back' }, [http, echo, udp]),
  made('pol-c/c1 10.200.1.8', { app: 'web' }, [web, udp]),
  made('pol-c/c2 10.200.2.10', { tier: 'back' }, []),
];
function made(named: string, labels: Readonly<Record<string, string>>, ports: Ports) {
  const [, namespace = '', name = '', ip = ''] = /^(\S+)\/(\S+) (\S+)$/.exec(named) ?? [];
  const declared = ports.flatMap((one) => one ?? []);
  return pod({ namespace, name, uid: name, ip, labels, containers: [container({ ports: declared })] });
}
const NAMESPACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'pol-a': { team: 'a', env: 'prod' },
  'pol-b': { team: 'b', env: 'prod' },
  'pol-c': { env: 'test' },
};

function endOf(name: string, policies: readonly PolicyObject[]): PolicedEnd {
  const found = PODS.find((one) => one.name === name)!;
  const selecting = policies.filter(
    (one) => one.namespace === found.namespace && selects(one.podSelector, found.labels),
  );
  return {
    kind: 'pod',
    pod: found,
    selecting,
    namespaceLabels: { ...NAMESPACES[found.namespace], ...nameLabel(found.namespace) },
  };
}

export function saysOf(
  flow: string,
  policies: readonly PolicyObject[],
  { by = enforcer(), siblings = PODS, siblingsAreAll = true } = {},
) {
  const [, from = '', to = '', port = '', protocol = ''] = /^(\S+) > (\S+) (\d+)\/(\S+)$/.exec(flow) ?? [];
  const [source, dest] = [endOf(from, policies), endOf(to, policies)];
  const common = { kind: 'read', enforcer: by, observed: 'none', dns: false, translated: false } as const;
  const dests = [{ end: dest, port: Number(port) }];
  return intend(
    { ...common, source, dests, protocol: protocol.toUpperCase(), siblings, siblingsAreAll },
    { admin: [] },
  );
}

export const egress = (namespace: string, podSelector: object, ...rules: readonly object[]) =>
  policyOf({ name: 'drawn', namespace, spec: { podSelector, policyTypes: ['Egress'], egress: rules } });
export const ingress = (namespace: string, podSelector: object, ...rules: readonly object[]) =>
  policyOf({ name: 'drawn-in', namespace, spec: { podSelector, policyTypes: ['Ingress'], ingress: rules } });
