import type { Caller } from '../../model/policy-callers.js';
import { listed } from '../../model/listed.js';
import { closedTo } from '../../path/policy/survey.js';
import { changes, defineCheck, fail, pass, reads, skip } from '../check.js';
import { getPolicies } from '../policy.js';
import { survey } from '../policy-lint.js';
import { pod, service } from '../samples.js';
import { policy } from '../samples-policy.js';

const labels = { app: 'traefik' };
const traefik = pod({ namespace: 'edge', name: 'traefik-x', uid: 'traefik', ip: '10.244.1.99', labels });
const api = { namespace: 'shop', name: 'api' };
const caller: Caller = { says: 'Ingress shop/web', from: [traefik], service: api, port: 80 };
const world = { pods: [pod(), traefik], services: [service()] };

export default defineCheck({
  id: 'policy-closes-callers',
  layer: 'L4',
  title: 'policies let in whom the cluster itself sends',
  wide: true,
  about: 'cluster',
  needs: ['policySurvey', 'policyCallers'],
  explain: {
    looksAt: 'Backends of Ingresses against the controller’s pods, and webhooks against the API server.',
    matters:
      'Nobody thinks of these callers. A closed backend is a 504 at the edge; a closed webhook refuses new objects.',
    misleads:
      'A controller in its node’s network, and the API server on a pod’s own node, come with the node’s address.',
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
        changes('admit the controller’s namespace, or the nodes’ addresses, at the pod’s port'),
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
