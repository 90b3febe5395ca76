import check from '../../src/checks/l4-transport/policy-closes-callers.js';
import { survey } from '../../src/checks/policy-lint.js';
import { pod, service } from '../../src/checks/samples.js';
import { policy } from '../../src/checks/samples-policy.js';
import type { PolicyObject } from '../../src/facts/kube.js';
import type { Caller } from '../../src/model/policy-caller.js';
import { nameLabel } from '../../src/model/policies.js';
import { testCheck } from '../support/test-check.js';

const traefik = pod({
  namespace: 'edge',
  name: 'traefik-x',
  uid: 'traefik',
  ip: '10.244.1.99',
  labels: { app: 'traefik' },
});
const to = { kind: 'service', namespace: 'shop', name: 'api', at: { port: 80 } } as const;
const ingress: Caller = { says: 'Ingress shop/web', from: [traefik], to };
const webhook: Caller = { says: 'webhook checks', to };
const outside = { ...traefik, namespace: 'other', name: 'traefik-y', uid: 'y', ip: '10.244.1.98' };
const scrape = (port: number): Caller => {
  return {
    says: 'PodMonitor shop/api',
    from: [traefik],
    to: { kind: 'pods', receivers: [{ pod: pod(), port, protocol: 'TCP' }] },
  };
};
const namespaces = new Map(['shop', 'edge', 'other'].map((name) => [name, nameLabel(name)] as const));
const of = (policies: readonly PolicyObject[], ...policyCallers: readonly Caller[]) => ({
  policySurvey: survey({ policies, pods: [pod(), traefik], services: [service()], namespaces }),
  policyCallers,
});
const fromEdge = policy({
  ingress: [
    {
      ports: [],
      peers: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' }, matchExpressions: [] } }],
    },
  ],
});
const atMetrics = policy({ ingress: [{ ports: [{ protocol: 'TCP', port: 9090 }], peers: [] }] });
const fromNodes = policy({ ingress: [{ ports: [], peers: [{ ipBlock: { cidr: '192.168.0.0/24', except: [] } }] }] });

testCheck(check, {
  passes: {
    'no policy on the way': [
      of([policy({ namespace: 'edge' })], ingress, webhook),
      '2 callers looked at, none is closed out',
    ],
    'the API server’s address is not known, so a block may hold it': [
      of([fromNodes], webhook),
      '1 callers looked at, none is closed out',
    ],
    'a target whose port is open': [of([atMetrics], scrape(9090)), '1 callers looked at, none is closed out'],
    'one of two controllers gets in, and which of them serves the Ingress is not told': [
      of([fromEdge], { ...ingress, from: [traefik, outside] }),
      '1 callers looked at, none is closed out',
    ],
  },
  fails: {
    'the controller': [of([policy()], ingress), 'risk', 'policies close pod/api-7c9f-x2kq in shop to Ingress shop/web'],
    'controller and webhook': [
      of([policy()], ingress, webhook),
      'risk',
      'policies close pod/api-7c9f-x2kq in shop to Ingress shop/web and webhook checks',
    ],
    'a target at another port than the rule names': [
      of([atMetrics], scrape(8080)),
      'risk',
      'policies close pod/api-7c9f-x2kq in shop to PodMonitor shop/api',
    ],
    'a target by the port of a Service’s pods': [
      of([atMetrics], { ...ingress, says: 'ServiceMonitor shop/api', to: { ...to, at: { targetPort: 'http' } } }),
      'risk',
      'policies close pod/api-7c9f-x2kq in shop to ServiceMonitor shop/api',
    ],
    'a webhook, by a rule about pods': [
      of([fromEdge], webhook),
      'risk',
      'policies close pod/api-7c9f-x2kq in shop to webhook checks',
    ],
  },
  skips: { 'no policy at all': [of([], ingress), 'the cluster has no NetworkPolicy'] },
});
