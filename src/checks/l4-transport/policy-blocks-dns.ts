import { defineCheck, skip } from '../check.js';
import { denied } from '../policy.js';
import { FLOW_TO_DNS } from '../samples.js';
import { apiEnd, intendedOf, policy, webEnd } from '../samples-policy.js';

const lookup = { dns: true, protocol: 'UDP', translated: true, dests: [{ end: apiEnd, port: 53 }] } as const;
const closed = policy({ name: 'default-deny-egress', types: ['Egress'] });

export default defineCheck({
  id: 'policy-blocks-dns',
  layer: 'L4',
  title: 'NetworkPolicies allow lookups',
  about: 'flow',
  needs: ['policyVerdict'],

  explain: {
    looksAt: 'The egress policies of the source and the ingress policies of the nameserver, for port 53.',
    matters:
      'A policy about egress closes port 53 with the rest. Every name then fails after seconds, and the application ' +
      'reports whatever it was about to connect to.',
    misleads: 'Connections by address still work where the policy allows them.',
  },

  judge({ policyVerdict: told }) {
    if (told.kind === 'does-not-apply') return skip(told.why);
    if (!told.dns) return skip('the flow is no lookup');
    return denied(told);
  },

  examples: {
    subject: FLOW_TO_DNS,
    fails: { policyVerdict: intendedOf({ ...lookup, source: { ...webEnd, selecting: [closed] } }) },
    passes: { policyVerdict: intendedOf(lookup) },
  },
});
