import check from '../../src/checks/l4-transport/policy-closes-callers.js';
import { survey } from '../../src/checks/policy-lint.js';
import { pod, service } from '../../src/checks/samples.js';
import { policy } from '../../src/checks/samples-policy.js';
import type { PolicyObject } from '../../src/facts/kube.js';
import { testCheck } from '../support/test-check.js';

const traefik = pod({
  namespace: 'edge',
  name: 'traefik-x',
  uid: 'traefik',
  ip: '10.244.1.99',
  labels: { app: 'traefik' },
});
const ingress = { says: 'Ingress shop/web', from: [traefik], service: { namespace: 'shop', name: 'api' }, port: 80 };
const webhook = { says: 'webhook checks', service: { namespace: 'shop', name: 'api' }, port: 80 };
const of = (policies: readonly PolicyObject[], ...policyCallers: readonly (typeof ingress | typeof webhook)[]) => ({
  policySurvey: survey({ policies, pods: [pod(), traefik], services: [service()] }),
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
  },
  fails: {
    'the controller': [of([policy()], ingress), 'risk', 'policies close pod/api-7c9f-x2kq in shop to Ingress shop/web'],
    'controller and webhook': [
      of([policy()], ingress, webhook),
      'risk',
      'policies close pod/api-7c9f-x2kq in shop to Ingress shop/web and webhook checks',
    ],
    'a webhook, by a rule about pods': [
      of([fromEdge], webhook),
      'risk',
      'policies close pod/api-7c9f-x2kq in shop to webhook checks',
    ],
  },
  skips: { 'no policy at all': [of([], ingress), 'the cluster has no NetworkPolicy'] },
});
