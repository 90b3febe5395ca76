import check from '../../src/checks/l4-transport/policy-service-port.js';
import { survey } from '../../src/checks/policy-lint.js';
import { pod, service, servicePort } from '../../src/checks/samples.js';
import { policy } from '../../src/checks/samples-policy.js';
import type { PolicyObject } from '../../src/facts/kube.js';
import { testCheck } from '../support/test-check.js';

const of = (one: Partial<PolicyObject>, ...ports: Parameters<typeof servicePort>) => {
  const services = [service({ ports: [servicePort(...ports)] })];
  return { policySurvey: survey({ policies: [policy(one)], pods: [pod()], services }) };
};
const port80 = [{ protocol: 'TCP', port: 80 }];
const toApi = { podSelector: { matchLabels: { app: 'api' }, matchExpressions: [] } };
const PASS = '1 NetworkPolicy looked at, none at fault';

testCheck(check, {
  passes: {
    'a port that no Service has': [of({ ingress: [{ ports: port80, peers: [] }] }, { port: 81 }), PASS],
    'the Service’s and the pod’s are the same': [
      of({ ingress: [{ ports: port80, peers: [] }] }, { targetPort: 80 }),
      PASS,
    ],
    'peers that are no pods': [of({ egress: [{ ports: port80, peers: [] }] }), PASS],
  },
  fails: {
    'ingress, by the pods it selects': [
      of({ ingress: [{ ports: port80, peers: [] }] }),
      'risk',
      'ingress rule 1 of shop/default-deny allows 80, the port of Service api, whose pods listen on 8080',
    ],
    'egress, by the pods it means': [
      of({ egress: [{ ports: port80, peers: [toApi] }] }),
      'risk',
      'egress rule 1 of shop/default-deny allows 80, the port of Service api, whose pods listen on 8080',
    ],
  },
});
