// Whom the cluster itself makes call, and to whom: Ingresses, webhooks, and what asks Prometheus to scrape it.
import { describe, expect, test } from 'vitest';
import type { Caller } from '../../../src/model/policy-caller.js';
import { CLUSTER } from '../../../src/target/subject.js';
import { agent, AGENTS, factOf, items, valueOf, type Api } from './api.js';

interface Different {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ports?: readonly object[];
  readonly hostNetwork?: boolean;
}
function podObject(named: string, { labels = {}, annotations = {}, ports = [], hostNetwork = false }: Different = {}) {
  const [namespace, name] = named.split('/');
  return {
    metadata: { namespace, name, uid: named, labels, annotations },
    spec: { nodeName: 'w1', hostNetwork, containers: [{ name: 'c', ports }] },
    status: { phase: 'Running', podIP: '10.244.1.9' },
  };
}
const METRICS = { name: 'metrics', containerPort: 9090 };
const HTTP = { name: 'http', containerPort: 8080 };
const prometheus = podObject('monitoring/prom', { labels: { 'app.kubernetes.io/name': 'prometheus' } });

const of = (pods: readonly object[], more: Api = {}): Api => ({
  [AGENTS]: items(agent('flannel'), agent('kube-router')),
  '/apis/networking.k8s.io/v1/networkpolicies': items({ metadata: { namespace: 'shop', name: 'p' }, spec: {} }),
  '/api/v1/nodes': items({ metadata: { name: 'w1' } }),
  '/api/v1/pods?fieldSelector=spec.nodeName=w1': items(...pods),
  '/api/v1/services': items(),
  '/api/v1/namespaces': items(),
  ...more,
});
const callers = (api: Api) => factOf<readonly Caller[]>(api, CLUSTER, 'policyCallers');
const told = (api: Api) =>
  valueOf(callers(api)).map(({ says, from = [], to }) => {
    const where =
      to.kind === 'service'
        ? `svc/${to.namespace}/${to.name}:${'port' in to.at ? to.at.port : `pods’ ${to.at.targetPort}`}`
        : to.receivers.map(({ pod, port }) => `${pod.namespace}/${pod.name}:${port}`).join(' ');
    return `${says} < ${from.map(({ name }) => name).join(' ') || 'the API server'} > ${where}`;
  });

test('the backends of Ingresses, and webhooks by their Services', () => {
  const controller = podObject('edge/traefik-x', { labels: { 'app.kubernetes.io/name': 'traefik' } });
  const backend = { service: { name: 'api', port: { name: 'http' } } };
  const metadata = { namespace: 'shop', name: 'web' };
  const ingress = { metadata, spec: { rules: [{ http: { paths: [{ backend }] } }] } };
  const clientConfig = { service: { namespace: 'certs', name: 'webhook' } };
  const api = of([controller], {
    '/apis/networking.k8s.io/v1/ingresses': items(ingress),
    '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations': items({
      metadata: { name: 'checks' },
      webhooks: [{ clientConfig }, { clientConfig: { url: 'https://example.com' } }],
    }),
  });
  expect(told(api)).toEqual([
    'Ingress shop/web < traefik-x > svc/shop/api:http',
    'webhook checks < the API server > svc/certs/webhook:443',
  ]);
});

const says = (where: string) => [`Prometheus, whom prometheus.io/scrape asks in < prom > ${where}`];
describe('pods that annotations ask to scrape', () => {
  const asking = (port?: string, ports: readonly object[] = [HTTP, METRICS]) => {
    const at = port === undefined ? {} : { 'prometheus.io/port': port };
    return podObject('shop/api', { annotations: { 'prometheus.io/scrape': 'true', ...at }, ports });
  };
  test.each<[string, readonly object[], readonly string[]]>([
    ['at the port they name', [prometheus, asking('9102')], says('shop/api:9102')],
    ['at their only port', [prometheus, asking(undefined, [METRICS])], says('shop/api:9090')],
    ['one of two ports is not guessed', [prometheus, asking()], []],
    ['a port that is no number is not guessed', [prometheus, asking('metrics')], []],
    ['without a Prometheus nobody comes', [asking('9102')], []],
    [
      'one in its node’s network comes as the node',
      [podObject('m/prom', { labels: { 'app.kubernetes.io/name': 'prometheus' }, hostNetwork: true }), asking('9102')],
      [],
    ],
    [
      'told not to',
      [
        prometheus,
        podObject('shop/api', { annotations: { 'prometheus.io/scrape': 'false', 'prometheus.io/port': '1' } }),
      ],
      [],
    ],
  ])('%s', (_, pods, expected) => {
    expect(told(of(pods))).toEqual(expected);
  });
});

const monitor = (spec: object, namespace = 'shop') => items({ metadata: { namespace, name: 'm' }, spec });
describe('monitors of the operator', () => {
  const GROUP = '/apis/monitoring.coreos.com';
  const api = podObject('shop/api', { labels: { app: 'api' }, ports: [HTTP, METRICS] });
  const selector = { matchLabels: { app: 'api' } };
  const served = (pods: string | object, services: string | object): Api => ({
    [GROUP]: { kind: 'APIGroup' },
    [`${GROUP}/v1/podmonitors`]: typeof pods === 'string' ? 'forbidden' : pods,
    [`${GROUP}/v1/servicemonitors`]: typeof services === 'string' ? 'forbidden' : services,
  });
  const service = {
    metadata: { namespace: 'shop', name: 'api', labels: { app: 'api' } },
    spec: { selector: { app: 'api' }, ports: [{ name: 'web', port: 80, targetPort: 'http' }] },
  };
  const withService = { '/api/v1/services': items(service) };

  test.each<[string, Api, readonly string[]]>([
    [
      'a PodMonitor by the name of a port',
      served(monitor({ selector, podMetricsEndpoints: [{ port: 'metrics' }] }), items()),
      ['PodMonitor shop/m < prom > shop/api:9090'],
    ],
    [
      'a PodMonitor by number',
      served(monitor({ selector, podMetricsEndpoints: [{ portNumber: 9102 }] }), items()),
      ['PodMonitor shop/m < prom > shop/api:9102'],
    ],
    [
      'a PodMonitor of another namespace means its own',
      served(monitor({ selector, podMetricsEndpoints: [{ port: 'metrics' }] }, 'monitoring'), items()),
      [],
    ],
    [
      'unless it names this one',
      served(
        monitor(
          { selector, namespaceSelector: { matchNames: ['shop'] }, podMetricsEndpoints: [{ port: 'metrics' }] },
          'monitoring',
        ),
        items(),
      ),
      ['PodMonitor monitoring/m < prom > shop/api:9090'],
    ],
    [
      'a ServiceMonitor by the Service’s port, in any namespace',
      served(
        items(),
        monitor({ selector, namespaceSelector: { any: true }, endpoints: [{ port: 'web' }] }, 'monitoring'),
      ),
      ['ServiceMonitor monitoring/m < prom > svc/shop/api:web'],
    ],
    [
      'a ServiceMonitor by the pods’ port',
      served(items(), monitor({ selector, endpoints: [{ targetPort: 'metrics' }, { targetPort: 9102 }] })),
      [
        'ServiceMonitor shop/m < prom > svc/shop/api:pods’ metrics',
        'ServiceMonitor shop/m < prom > svc/shop/api:pods’ 9102',
      ],
    ],
    [
      'a ServiceMonitor of other labels',
      served(items(), monitor({ selector: { matchLabels: { app: 'db' } }, endpoints: [{ port: 'web' }] })),
      [],
    ],
  ])('%s', (_, more, expected) => {
    expect(told(of([prometheus, api], { ...withService, ...more }))).toEqual(expected);
  });

  test('which may not be read are not known, unless there are none of their kind', () => {
    const fact = callers(of([prometheus, api], served('forbidden', items())));
    expect(fact.kind === 'unknown' && fact.gaps).toEqual([
      expect.objectContaining({ kind: 'forbidden', permission: `list ${GROUP}/v1/podmonitors` }),
    ]);
    const { [GROUP]: _, ...unserved } = served('forbidden', 'forbidden');
    expect(told(of([prometheus, api], unserved))).toEqual([]);
  });
  test('without a Prometheus they are not even asked for', () => {
    expect(told(of([api], served('forbidden', 'forbidden')))).toEqual([]);
  });
});
