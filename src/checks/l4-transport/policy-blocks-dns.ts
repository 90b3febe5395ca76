import { denials } from '../../path/policy/denials.js';
import { defineCheck, skip } from '../check.js';
import { denied } from '../policy.js';
import { FLOW_TO_DNS } from '../samples.js';
import { policy, policed } from '../samples-policy.js';

const lookup = { ...policed, dns: true, protocol: 'UDP', port: 53, address: '10.244.1.2' };
const closed = policy({ name: 'default-deny-egress', types: ['Egress'] });

export default defineCheck({
  id: 'policy-blocks-dns',
  layer: 'L4',
  title: 'NetworkPolicies allow lookups',
  about: 'flow',
  needs: ['policed'],

  explain: {
    looksAt: 'The egress policies of the source and the ingress policies of the nameserver, for port 53.',
    matters:
      'A policy about egress closes port 53 with the rest. Every name then fails after seconds, and the application ' +
      'reports whatever it was about to connect to.',
    misleads: 'Connections by address still work where the policy allows them.',
  },

  judge({ policed: told }) {
    if (told.kind === 'does-not-apply') return skip(told.why);
    if (!told.dns) return skip('the flow is no lookup');
    return denied(told, denials(told));
  },

  examples: {
    subject: FLOW_TO_DNS,
    fails: { policed: { ...lookup, source: { ...policed.source, selecting: [closed] } } },
    passes: { policed: lookup },
  },
});
