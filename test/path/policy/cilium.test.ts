// Cilium's own policies, as its documentation writes them: what is plain is evaluated, the rest is named.
import { expect, test } from 'vitest';
import type { OtherPolicies } from '../../../src/facts/policy.js';
import { readCiliumPolicy } from '../../../src/facts/read/cilium-policy.js';
import { tell, type Manifest } from './cluster.js';
import { R } from './recipes.js';

type Spec = Readonly<Record<string, unknown>>;
const labels = (matchLabels: Readonly<Record<string, string>>) => ({ matchLabels });
const to = (flow: string) => {
  const [, from = '', dest = '', port = ''] = /^(\S+) > (\S+):(\d+)$/.exec(flow) ?? [];
  return { from, to: dest, port: Number(port) };
};

const api = { endpointSelector: labels({ app: 'api' }) };
const cnp = (spec: Spec, kind: 'CiliumNetworkPolicy' | 'CiliumClusterwideNetworkPolicy' = 'CiliumNetworkPolicy') => {
  const metadata = { name: 'c', ...(kind === 'CiliumNetworkPolicy' ? { namespace: 'shop' } : {}) };
  return { admin: [], cilium: readCiliumPolicy({ metadata, spec }, kind) };
};
const ingress = (...rules: readonly Spec[]) => cnp({ ...api, ingress: rules });
const client = { fromEndpoints: [labels({ app: 'client' })] };
const says = (flow: string, others: OtherPolicies, ...manifests: readonly Manifest[]) =>
  tell(manifests, { ...to(flow), by: { name: 'cilium', says: 'cilium', version: '1.16.5' } }, others);

test.each<[string, string, OtherPolicies, string, string?]>([
  [
    'by label',
    'shop/client > shop/api:8080',
    ingress(client),
    'allow',
    'ingress to pod/api is allowed by CiliumNetworkPolicy c, its rule 1',
  ],
  ['by label, of another', 'shop/db > shop/api:8080', ingress(client), 'deny'],
  [
    'a label with its source',
    'shop/client > shop/api:8080',
    ingress({ fromEndpoints: [labels({ 'k8s:app': 'client' })] }),
    'allow',
  ],
  [
    'every endpoint means those of its namespace',
    'web/front > shop/api:8080',
    ingress({ fromEndpoints: [{}] }),
    'deny',
  ],
  [
    'another namespace by its label',
    'web/front > shop/api:8080',
    ingress({ fromEndpoints: [labels({ 'k8s:io.kubernetes.pod.namespace': 'web' })] }),
    'allow',
  ],
  [
    'another namespace by a label of it',
    'web/front > shop/api:8080',
    ingress({ fromEndpoints: [labels({ 'io.cilium.k8s.namespace.labels.team': 'web' })] }),
    'allow',
  ],
  ['an empty rule closes', 'shop/client > shop/api:8080', ingress({}), 'deny'],
  [
    'ports alone are for anybody',
    'web/front > shop/api:8080',
    ingress({ toPorts: [{ ports: [{ port: '8080', protocol: 'TCP' }] }] }),
    'allow',
  ],
  [
    'another port',
    'web/front > shop/api:9090',
    ingress({ toPorts: [{ ports: [{ port: '8080', protocol: 'TCP' }] }] }),
    'deny',
  ],
  ['any protocol', 'web/front > shop/api:9090', ingress({ toPorts: [{ ports: [{ port: '9090' }] }] }), 'allow'],
  [
    'what denies goes before what allows',
    'shop/client > shop/api:8080',
    cnp({ ...api, ingress: [client], ingressDeny: [{ fromEndpoints: [{}] }] }),
    'deny',
    'ingress to pod/api is denied by CiliumNetworkPolicy c, its deny rule 1',
  ],
  [
    'a policy that only denies closes the rest, too',
    'web/front > shop/api:8080',
    cnp({ ...api, ingressDeny: [client] }),
    'deny',
  ],
  [
    'unless it is told not to',
    'web/front > shop/api:8080',
    cnp({ ...api, enableDefaultDeny: { ingress: false }, ingressDeny: [client] }),
    'allow',
  ],
  ['an empty list is no side at all', 'web/front > shop/api:8080', cnp({ ...api, ingress: [] }), 'allow'],
  ['entity cluster: a pod', 'web/front > shop/api:8080', ingress({ fromEntities: ['cluster'] }), 'allow'],
  ['entity cluster: the world', '203.0.113.10 > shop/api:8080', ingress({ fromEntities: ['cluster'] }), 'deny'],
  ['entity world', '203.0.113.10 > shop/api:8080', ingress({ fromEntities: ['world'] }), 'allow'],
  ['entity remote-node', 'node/w1 > shop/api:8080', ingress({ fromEntities: ['remote-node'] }), 'allow'],
  [
    'entity kube-apiserver cannot be told',
    'node/w1 > shop/api:8080',
    ingress({ fromEntities: ['kube-apiserver'] }),
    'unknown',
  ],
  ['a CIDR does not mean pods', 'shop/client > shop/api:8080', ingress({ fromCIDR: ['10.244.0.0/16'] }), 'deny'],
  [
    'a CIDR and its exception',
    '203.0.113.10 > shop/api:8080',
    ingress({ fromCIDRSet: [{ cidr: '203.0.113.0/24', except: ['203.0.113.10/32'] }] }),
    'deny',
  ],
  [
    'rules of HTTP decide later',
    'shop/client > shop/api:8080',
    ingress({ ...client, toPorts: [{ ports: [{ port: '8080' }], rules: { http: [{}] } }] }),
    'unknown',
    'whether policies allow ingress to pod/api is not known: c: rules above the transport decide',
  ],
  [
    'and where they do not come into it, nothing is unknown',
    'shop/db > shop/api:8080',
    ingress({ ...client, toPorts: [{ ports: [{ port: '8080' }], rules: { http: [{}] } }] }),
    'deny',
  ],
  [
    'a name in the world cannot be told',
    'shop/client > 203.0.113.10:443',
    cnp({ endpointSelector: {}, egress: [{ toFQDNs: [{ matchName: 'example.com' }] }] }),
    'unknown',
    'whether policies allow egress from pod/client is not known: c: what toFQDNs means cannot be told from the API',
  ],
  [
    'clusterwide: every namespace',
    'shop/client > web/front:8080',
    cnp({ endpointSelector: {}, ingress: [{}] }, 'CiliumClusterwideNetworkPolicy'),
    'deny',
  ],
  [
    'by service account: not read',
    'web/front > shop/api:8080',
    cnp({ endpointSelector: labels({ 'io.cilium.k8s.policy.serviceaccount': 'api' }), ingress: [{}] }),
    'unknown',
  ],
])('%s', (...[, flow, others, verdict, because]) => {
  const told = says(flow, others);
  expect(told[0]).toBe(verdict);
  if (because !== undefined) expect(told[1]).toBe(because);
});

test('beside a NetworkPolicy one of the two is enough', () => {
  expect(says('shop/client > shop/api:8080', ingress(client), R.denyAll)[0]).toBe('allow');
});

const onlyFrom = (...peers: readonly object[]): Manifest => ({
  name: 'lack',
  spec: { podSelector: { matchLabels: { app: 'api' } }, policyTypes: ['Ingress'], ingress: [{ from: peers }] },
});

const lack = { namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] } };
const fromNode = (...peers: readonly object[]) => says('node/w1 > shop/api:8080', { admin: [] }, onlyFrom(...peers));

test('a namespaceSelector that only asks for a lack matches a node, which lacks every label: seen in the lab', () => {
  expect(fromNode(lack)).toEqual([
    'allow',
    'ingress to pod/api is allowed by NetworkPolicy lack, its ingress rule 1, where cilium takes node/w1 for one that lacks these labels',
  ]);
  expect(fromNode({ ...lack, podSelector: { matchLabels: { app: 'client' } } })[0]).toBe('deny');
  expect(fromNode({ namespaceSelector: {} })[0]).toBe('deny');
  const by = (name: 'calico' | 'cilium', version: string) =>
    tell([onlyFrom(lack)], { ...to('node/w1 > shop/api:8080'), by: { name, says: name, version } });
  expect(by('calico', '3.29.1')[0]).toBe('deny');
  expect(by('cilium', '1.18.0')).toEqual([
    'unknown',
    'whether policies allow ingress to pod/api is not known: until 1.17 Cilium takes node/w1 for one that lacks these labels; of this one it is not known',
  ]);
});
