// Whom the cluster itself makes call: ingress controllers for Ingresses, the API server for webhooks, Prometheus for its targets.
import type { Source } from '../facts/fact.js';
import type { PodObject } from '../facts/kube.js';
import { at, list, number, text, type Jsonish } from '../facts/read/untyped.js';
import { askList, listRequest } from '../facts/sources/api.js';
import { CLUSTER } from '../target/subject.js';
import type { Caller } from './policy-caller.js';
import { scrapes } from './policy-scrapes.js';
import { SERVICES } from './policy-survey.js';

declare module '../facts/fact.js' {
  interface ClusterFacts {
    policyCallers: readonly Caller[];
  }
}
const INGRESSES = ['/apis/networking.k8s.io/v1/ingresses', ['metadata.namespace', 'metadata.name', 'spec']] as const;
const WEBHOOKS = ['validating', 'mutating'].map(
  (kind) => `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations`,
);

export const policyCallers: Source<'cluster', readonly Caller[]> = (_, know) => {
  const { policies, pods } = know.get(CLUSTER, 'policySurvey');
  if (policies.length === 0) return [];
  know.begin([listRequest(...INGRESSES), ...WEBHOOKS.map((one) => listRequest(one))]);
  const ingresses = askList(know, ...INGRESSES).flatMap((one) => ingressCallers(one, pods));
  const webhooks = WEBHOOKS.flatMap((path) => askList(know, path)).flatMap(webhookCallers);
  return [...ingresses, ...webhooks, ...scrapes(know, { pods, services: askList(know, ...SERVICES) })];
};

/** `app.kubernetes.io/name` of controllers, from their own charts. */
const CONTROLLERS = [
  'ingress-nginx',
  'traefik',
  'haproxy-ingress',
  'kubernetes-ingress',
  'kong',
  'contour',
  'nginx-ingress',
];
const isController = ({ labels, hostNetwork }: PodObject): boolean =>
  !hostNetwork && CONTROLLERS.includes(labels['app.kubernetes.io/name'] ?? '');

function ingressCallers(ingress: Jsonish, pods: readonly PodObject[]): readonly Caller[] {
  const from = pods.filter(isController);
  if (from.length === 0) return [];
  const namespace = text(at(ingress, 'metadata', 'namespace')) ?? '';
  const says = `Ingress ${namespace}/${text(at(ingress, 'metadata', 'name')) ?? ''}`;
  const paths = list(at(ingress, 'spec', 'rules')).flatMap((rule) => list(at(rule, 'http', 'paths')));
  const backends = [...paths.map((path) => at(path, 'backend')), at(ingress, 'spec', 'defaultBackend')];
  return backends.flatMap((backend) => {
    const name = text(at(backend, 'service', 'name'));
    const port = at(backend, 'service', 'port');
    const named = number(at(port, 'number')) ?? text(at(port, 'name'));
    const isTold = name !== undefined && named !== undefined;
    return isTold ? [{ says, from, to: { kind: 'service', namespace, name, at: { port: named } } }] : [];
  });
}

function webhookCallers(configuration: Jsonish): readonly Caller[] {
  const says = `webhook ${text(at(configuration, 'metadata', 'name')) ?? ''}`;
  return list(at(configuration, 'webhooks')).flatMap((webhook) => {
    const service = at(webhook, 'clientConfig', 'service');
    const [namespace, name] = [text(at(service, 'namespace')), text(at(service, 'name'))];
    // The API's default port of a webhook's Service is 443.
    const port = number(at(service, 'port')) ?? 443;
    const isTold = namespace !== undefined && name !== undefined;
    return isTold ? [{ says, to: { kind: 'service', namespace, name, at: { port } } }] : [];
  });
}
