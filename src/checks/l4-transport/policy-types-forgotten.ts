import { nameOf } from '../../path/policy/survey.js';
import { defineLint, survey } from '../policy-lint.js';
import { policy } from '../samples-policy.js';

const anybody = [{ ports: [], peers: [] }];

export default defineLint({
  id: 'policy-types-forgotten',
  title: 'the rules of NetworkPolicies are of a type that they declare',
  explain: {
    looksAt: 'The rules of each policy against its policyTypes.',
    matters:
      'Rules of a direction that policyTypes leaves out are ignored: nothing is closed, nothing is allowed by them.',
    misleads: 'Where policyTypes is left out whole, the API server fills it in by the rules there are.',
  },
  hits: (all) =>
    all.policies.flatMap((one) =>
      (['Ingress', 'Egress'] as const)
        .filter((type) => !one.types.includes(type) && (type === 'Ingress' ? one.ingress : one.egress).length > 0)
        .map((type) => ({
          policy: one,
          says: `NetworkPolicy ${nameOf(one)} has ${type.toLowerCase()} rules, and its policyTypes are ${one.types.join(', ')}: they are ignored`,
        })),
    ),
  change: 'name the direction in policyTypes, or remove its rules',
  fails: survey({ policies: [policy({ egress: anybody })] }),
  passes: survey({ policies: [policy({ ingress: anybody })] }),
});
