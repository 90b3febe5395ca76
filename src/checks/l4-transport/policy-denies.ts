import { defineCheck, skip } from '../check.js';
import { denied } from '../policy.js';
import { FLOW_TO_POD, intendedOf, into, policy } from '../samples-policy.js';

export default defineCheck({
  id: 'policy-denies',
  layer: 'L4',
  title: 'NetworkPolicies allow the flow',
  about: 'flow',
  needs: ['policyVerdict'],

  explain: {
    looksAt: 'The policies that select either end, evaluated for the backend’s own address and port.',
    matters: 'A pod that one policy selects is closed to all that no policy allows; most engines drop without a word.',
    misleads: 'Policies see the port of the pod, not of the Service, and stay in their own namespace.',
  },

  judge({ policyVerdict: told }) {
    if (told.kind === 'does-not-apply') return skip(told.why);
    if (told.dns) return skip('the flow is a lookup: policy-blocks-dns judges it');
    return denied(told);
  },

  examples: {
    subject: FLOW_TO_POD,
    fails: { policyVerdict: intendedOf(into(policy())) },
    passes: { policyVerdict: intendedOf() },
  },
});
