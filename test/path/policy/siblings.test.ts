// Other pods of the two ends' namespaces, by which kube-router and Cilium tell what a port name stands for: read only then.
import { expect, test } from 'vitest';
import type { Policed } from '../../../src/model/policed.js';
import { agent, AGENTS, factOf, items, valueOf, type Api } from './api.js';

const podObject = (namespace: string, name: string) => ({
  metadata: { namespace, name, uid: name, labels: {} },
  spec: { nodeName: 'w1', containers: [{ name: 'c' }] },
  status: { phase: 'Running', podIP: '10.244.1.7', podIPs: [{ ip: '10.244.1.7' }] },
});
const egress = (port: string | number) =>
  items({
    metadata: { namespace: 'web', name: 'out' },
    spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port }] }] },
  });
const both = (port: string | number, app: string): Api => ({
  [AGENTS]: items(agent('flannel'), agent(app)),
  '/api/v1/namespaces/web/pods/front': podObject('web', 'front'),
  '/api/v1/namespaces/shop/pods/api': podObject('shop', 'api'),
  '/api/v1/namespaces/web/pods': items(podObject('web', 'front')),
  '/api/v1/namespaces/shop/pods': items(podObject('shop', 'api'), podObject('shop', 'db')),
  '/apis/networking.k8s.io/v1/namespaces/web/networkpolicies': egress(port),
});

test.each<[string, string | number, readonly string[] | undefined]>([
  ['kube-router', 'http', ['front', 'api', 'db']],
  ['cilium', 'http', ['front', 'api', 'db']],
  ['cilium', 8080, undefined],
  ['calico-node', 'http', undefined],
])('%s and port %s', (app, port, names) => {
  const flow = {
    kind: 'flow',
    source: { kind: 'pod', namespace: 'web', name: 'front' },
    protocol: 'tcp',
    address: '10.244.1.7',
    port: 8080,
    pod: { namespace: 'shop', name: 'api' },
  } as const;
  const policed = valueOf(factOf<Policed>(both(port, app), flow, 'policed'));
  const siblings = policed.kind === 'read' ? policed.siblings : [];
  expect(siblings?.map(({ name }) => name)).toEqual(names);
});
