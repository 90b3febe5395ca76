// From the API's objects to what the evaluator is given: who enforces, which kinds there are, and what stands at both ends.
import { describe, expect, test } from 'vitest';
import type { Enforcer, OtherPolicies } from '../../../src/facts/policy.js';
import type { Policed, PolicedEnd } from '../../../src/model/policed.js';
import { CLUSTER, type Subject } from '../../../src/target/subject.js';
import { agent, AGENTS, BESIDE, factOf, items, valueOf, WEAVE, type Api } from './api.js';

const kindnet = (tag: string) => ({ [AGENTS]: items(agent('kindnet', { image: `kindest/kindnetd:${tag}` })) });
describe('who enforces', () => {
  test.each<[string, Api, Enforcer['name'], Enforcer['enforces']]>([
    ['flannel alone: nobody', { [AGENTS]: items(agent('flannel')) }, 'none', false],
    ['flannel with kube-router', { [AGENTS]: items(agent('flannel'), agent('kube-router')) }, 'kube-router', true],
    [
      'kube-router with its firewall off',
      { [AGENTS]: items(agent('flannel'), agent('kube-router', { args: ['--run-firewall=false'] })) },
      'none',
      false,
    ],
    [
      'flannel with an engine that is no CNI',
      { [AGENTS]: items(agent('flannel')), [BESIDE]: items(agent('kube-network-policies')) },
      'kube-network-policies',
      true,
    ],
    ['Weave, by its own label', { [WEAVE]: items(agent('weave-net', { label: 'name' })) }, 'other', true],
    ['kindnet of a time with an engine', kindnet('v20241212-9f82dd49'), 'kube-network-policies', true],
    ['kindnet of a time without', kindnet('v20230511-dc714da8'), 'none', false],
    ['kindnet without a date', kindnet('latest'), 'kube-network-policies', 'unknown'],
    ['a cloud whose engine is a setting', { [AGENTS]: items(agent('aws-node')) }, 'unknown', 'unknown'],
    ['nobody whom we know', {}, 'unknown', 'unknown'],
    [
      'cilium told to enforce nothing',
      {
        [AGENTS]: items(agent('cilium')),
        '/api/v1/namespaces/kube-system/configmaps/cilium-config': { data: { 'enable-policy': 'never' } },
      },
      'none',
      false,
    ],
    [
      'cilium that only logs what it would deny',
      {
        [AGENTS]: items(agent('cilium')),
        '/api/v1/namespaces/kube-system/configmaps/cilium-config': { data: { 'policy-audit-mode': 'true' } },
      },
      'none',
      false,
    ],
  ])('%s', (...[, api, name, enforces]) => {
    expect(valueOf(factOf<Enforcer>(api, CLUSTER, 'enforcer'))).toMatchObject({ name, enforces });
  });

  test.each<[string, string | undefined]>([
    ['quay.io/cilium/cilium:v1.16.5@sha256:758ca0793f5995bb938a2fa219dcce63dc0b3fa7fc4ce5cc851125281fb7361d', '1.16.5'],
    ['registry.lan:5000/mirror/cilium:1.18', '1.18'],
    ['registry.lan:5000/mirror/cilium', undefined],
    ['lab.local/cilium:1', undefined],
  ])('its version by the tag of %s', (image, version) => {
    const api = { [AGENTS]: items(agent('cilium', { image })) };
    expect(valueOf(factOf<Enforcer>(api, CLUSTER, 'enforcer')).version).toBe(version);
  });
});

describe('which kinds there are', () => {
  const GROUP = '/apis/crd.projectcalico.org';
  const calico = { [AGENTS]: items(agent('calico-node')), [GROUP]: { kind: 'APIGroup' } };
  const ADMIN = '/apis/policy.networking.k8s.io/v1alpha1/adminnetworkpolicies';
  const others = (api: Api) => factOf<OtherPolicies>({ ...calico, ...api }, CLUSTER, 'otherPolicies');
  test('a server without them has none', () => {
    expect(valueOf(others({}))).toEqual({ admin: [], calico: { policies: [], tiers: [] } });
  });
  test('forbidden, and the group does not exist: RBAC says no before anybody looks', () => {
    expect(valueOf(others({ [ADMIN]: 'forbidden' })).admin).toEqual([]);
  });
  test('forbidden, and the group exists: not known, with the permission', () => {
    const fact = others({ [ADMIN]: 'forbidden', '/apis/policy.networking.k8s.io': { kind: 'APIGroup' } });
    expect(fact).toMatchObject({ kind: 'unknown', gaps: [{ kind: 'forbidden', permission: `list ${ADMIN}` }] });
  });
  test.each(['networkpolicies', 'globalnetworkpolicies', 'tiers'])(
    'Calico’s %s forbidden: not known, with the permission',
    (kind) => {
      const path = `${GROUP}/v1/${kind}`;
      const fact = others({ [path]: 'forbidden' });
      expect(fact).toMatchObject({ kind: 'unknown', gaps: [{ kind: 'forbidden', permission: `list ${path}` }] });
    },
  );
  test('Calico without its group keeps its policies elsewhere: not known', () => {
    const fact = factOf<OtherPolicies>({ [AGENTS]: calico[AGENTS]! }, CLUSTER, 'otherPolicies');
    expect(fact).toMatchObject({ kind: 'unknown', gaps: [{ kind: 'unreadable' }] });
  });
  test.each(['cilium', 'antrea-agent', 'kube-router'])('where %s enforces, Calico’s are nobody’s', (app) => {
    const hidden = Object.fromEntries(['networkpolicies', 'tiers'].map((kind) => [`${GROUP}/v1/${kind}`, 'forbidden']));
    const fact = factOf<OtherPolicies>({ ...hidden, [AGENTS]: items(agent(app)) } as Api, CLUSTER, 'otherPolicies');
    expect(valueOf(fact)).toMatchObject({ admin: [] });
    expect(valueOf(fact).calico).toBeUndefined();
  });
  test('the enforcer’s own', () => {
    const tier = { metadata: { name: 'security' }, spec: { order: 5 } };
    const api = { '/apis/crd.projectcalico.org/v1/tiers': items(tier) };
    expect(valueOf(others(api)).calico?.tiers).toEqual([{ name: 'security', order: 5 }]);
  });
  test('kube-router is not asked for what it does not read', () => {
    const api = { [AGENTS]: items(agent('flannel'), agent('kube-router')), [ADMIN]: 'forbidden' } as const;
    expect(valueOf(factOf<OtherPolicies>(api, CLUSTER, 'otherPolicies'))).toEqual({ admin: [] });
  });
});

const podObject = (name: string, ip: string, spec: object = {}) => ({
  metadata: { namespace: 'shop', name, uid: name, labels: { app: name } },
  spec: { nodeName: 'w1', containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }], ...spec },
  status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] },
});
const SHOP: Api = {
  [AGENTS]: items(agent('flannel'), agent('kube-router')),
  '/api/v1/namespaces/shop': { metadata: { name: 'shop', labels: { team: 'shop' } } },
  '/api/v1/namespaces/shop/pods/web': podObject('web', '10.244.1.4'),
  '/api/v1/namespaces/shop/pods/api': podObject('api', '10.244.1.7'),
  '/api/v1/namespaces/shop/pods/agent': podObject('agent', '192.168.0.11', { hostNetwork: true }),
  '/api/v1/nodes/w1': {
    metadata: { name: 'w1', labels: { zone: 'a' } },
    spec: { podCIDRs: ['10.244.1.0/24'] },
    status: { addresses: [{ type: 'InternalIP', address: '192.168.0.11' }] },
  },
};
const flow = (different: Partial<Subject<'flow'>>): Subject<'flow'> => ({
  kind: 'flow',
  source: { kind: 'pod', namespace: 'shop', name: 'web' },
  protocol: 'tcp',
  address: '10.244.1.7',
  port: 8080,
  ...different,
});
const endText = (end: PolicedEnd): string =>
  end.kind === 'pod' ? `pod/${end.pod.name}` : end.kind === 'node' ? `node/${end.name}` : (end.address ?? 'outside');

const told = (api: Api, different: Partial<Subject<'flow'>>): string => {
  const policed = valueOf(factOf<Policed>({ ...SHOP, ...api }, flow(different), 'policed'));
  if (policed.kind !== 'read') return policed.why;
  return `${endText(policed.source)} > ${policed.dests.map(({ end, port }) => `${endText(end)}:${port}`).join(' ')}`;
};
describe('what stands at both ends', () => {
  const api = { namespace: 'shop', name: 'api' };
  const serviceObject = {
    metadata: api,
    spec: { clusterIP: '10.96.0.5', ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' }] },
  };
  const SERVICE: Api = {
    '/api/v1/services?fieldSelector=spec.clusterIP=10.96.0.5': items(serviceObject),
    '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices*': items({
      metadata: { name: 's', labels: { 'kubernetes.io/service-name': 'api' } },
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: [
        { addresses: ['10.244.1.7'], conditions: { ready: true }, targetRef: { kind: 'Pod', ...api } },
        { addresses: ['203.0.113.5'], conditions: { ready: true } },
      ],
    }),
  };

  test.each<[string, Api, Partial<Subject<'flow'>>, string]>([
    ['the pod that is asked for', {}, { pod: api }, 'pod/web > pod/api:8080'],
    [
      'a pod by its bare address',
      { '/api/v1/pods?fieldSelector=status.podIP=10.244.1.7': items({ metadata: api, spec: {} }) },
      {},
      'pod/web > pod/api:8080',
    ],
    [
      'a Service by its bare address: what is behind it, at the port it has',
      SERVICE,
      { address: '10.96.0.5', port: 80 },
      'pod/web > pod/api:8080 203.0.113.5:8080',
    ],
    ['an address that nobody here has', {}, { address: '203.0.113.9', port: 443 }, 'pod/web > 203.0.113.9:443'],
    [
      'a pod in its node’s network is the node',
      {},
      { pod: { namespace: 'shop', name: 'agent' }, address: '192.168.0.11' },
      'pod/web > node/w1:8080',
    ],
    ['a node as the source', {}, { source: { kind: 'node', name: 'w1' }, pod: api }, 'node/w1 > pod/api:8080'],
    ['a client beyond the nodes', {}, { source: { kind: 'outside' }, pod: api }, 'outside > pod/api:8080'],
    [
      'two nodes',
      {},
      { source: { kind: 'node', name: 'w1' }, pod: { namespace: 'shop', name: 'agent' }, address: '192.168.0.11' },
      'neither end is a pod with an address of its own',
    ],
  ])('%s', (...[, extra, different, expected]) => {
    expect(told(extra, different)).toBe(expected);
  });

  test('a namespace that may not be read leaves its labels not known, and nothing else', () => {
    const hidden = { ...SHOP, '/api/v1/namespaces/shop': 'forbidden' } as const;
    const policed = valueOf(factOf<Policed>(hidden, flow({ pod: api }), 'policed'));
    expect(policed).toMatchObject({
      source: { kind: 'pod', unreadLabels: 'the labels of namespace "shop" could not be read' },
    });
  });
});
