import type { Caller } from '../../model/policy-caller.js';
import { listed } from '../../model/listed.js';
import { closedTo } from '../../path/policy/survey.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { getPolicies } from '../policy.js';
import { survey } from '../policy-lint.js';
import { pod, service } from '../samples.js';
import { policy } from '../samples-policy.js';

const labels = { app: 'traefik' };
const traefik = pod({ namespace: 'edge', name: 'traefik-x', uid: 'traefik', ip: '10.244.1.99', labels });
const to = { kind: 'service', namespace: 'shop', name: 'api', at: { port: 80 } } as const;
const caller: Caller = { says: 'Ingress shop/web', from: [traefik], to };
const world = { pods: [pod(), traefik], services: [service()] };

export default defineCheck({
  id: 'policy-closes-callers',
  layer: 'L4',
  title: 'policies let in whom the cluster itself sends',
  wide: true,
  about: 'cluster',
  needs: ['policySurvey', 'policyCallers'],
  explain: {
    looksAt:
      'Backends of Ingresses against the controller’s pods, webhooks against the API server, and what annotations or ' +
      'monitors give Prometheus to scrape against its pods.',
    matters:
      'Nobody thinks of these callers. A closed backend is a 504 at the edge, a closed webhook refuses new objects, a ' +
      'closed target is an alert that never comes.',
    misleads:
      'A controller in its node’s network, and the API server on a pod’s own node, come with the node’s address. Which ' +
      'Prometheus takes a monitor up is not read.',
  },
  judge({ policySurvey: all, policyCallers: callers }) {
    if (all.policies.length === 0) return skip('the cluster has no NetworkPolicy');
    const closed = callers.flatMap((one) => closedTo(one, all).map((self) => ({ self, says: one.says })));
    const [first] = closed;
    if (!first) return pass(`${callers.length} callers looked at, none is closed out`);
    const { namespace, name } = first.self;
    return fail({
      severity: 'risk',
      confidence: 'declared',
      says: `policies close pod/${name} in ${namespace} to ${listed([...new Set(closed.map(({ says }) => says))])}`,
      cites: [{ on: 'api', shows: `no rule of ${namespace} admits ${first.says}`, command: getPolicies(namespace) }],
      fix: [
        reads('read its policies', getPolicies(namespace)),
        changes('admit the caller’s namespace, or for the API server the nodes’ addresses, at the pod’s port'),
      ],
      refute: reads('would show a rule that admits it', getPolicies(namespace)),
    });
  },
  examples: {
    subject: { kind: 'cluster' },
    fails: { policySurvey: survey({ ...world, policies: [policy()] }), policyCallers: [caller] },
    passes: { policySurvey: survey({ ...world, policies: [policy({ namespace: 'edge' })] }), policyCallers: [caller] },
  },
});
