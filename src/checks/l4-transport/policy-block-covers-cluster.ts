import { coversPart } from '../../path/policy/block.js';
import { rulesOf } from '../../path/policy/survey.js';
import { defineLint, survey } from '../policy-lint.js';
import { policy } from '../samples-policy.js';

const to = (cidr: string) => ({
  types: ['Egress'] as const,
  egress: [{ ports: [], peers: [{ ipBlock: { cidr, except: [] } }] }],
});

export default defineLint({
  id: 'policy-block-covers-cluster',
  title: 'ipBlocks of NetworkPolicies are about addresses beyond the cluster',
  explain: {
    looksAt: 'The ipBlocks of all rules against the ranges of pods and Services.',
    matters:
      'A Service’s address is translated before a policy looks, so a block of Services allows nothing. Whether a block ' +
      'matches pods is left to the enforcer: with kube-router and Calico it does, with Cilium it does not.',
    misleads: '0.0.0.0/0 is taken for “everything beyond the cluster” and left alone here.',
  },
  hits: (all) =>
    all.policies.flatMap((one) =>
      rulesOf(one).flatMap(({ rule, says }) =>
        rule.peers.flatMap(({ ipBlock }) => {
          if (!ipBlock || ipBlock.cidr.endsWith('/0')) return [];
          const kind = (['services', 'pods'] as const).find((of) =>
            all.ranges[of].some((range) => coversPart(ipBlock, range)),
          );
          if (!kind) return [];
          const why =
            kind === 'pods' ? 'of pods, which not every enforcer matches' : 'of Services, which no policy sees';
          return [{ policy: one, says: `${says} holds ${ipBlock.cidr}, addresses ${why}` }];
        }),
      ),
    ),
  change: 'select pods by their labels, also those behind a Service',
  fails: survey({ policies: [policy(to('10.96.7.20/32'))] }),
  passes: survey({ policies: [policy(to('203.0.113.0/24'))] }),
});
