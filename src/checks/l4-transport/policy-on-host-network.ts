import { nameOf, selectedBy } from '../../path/policy/survey.js';
import { defineLint, survey } from '../policy-lint.js';
import { pod } from '../samples.js';
import { policy } from '../samples-policy.js';

export default defineLint({
  id: 'policy-on-host-network',
  title: 'NetworkPolicies select pods that have an address of their own',
  explain: {
    looksAt: 'The pods that each NetworkPolicy selects, and whether they are in their node’s network.',
    matters:
      'A pod in its node’s network sends and receives as the node: no enforcer can tell it apart, and none tries.',
    misleads: 'The policy is accepted and listed like any other.',
  },
  hits: (all) =>
    all.policies.flatMap((one) => {
      const selected = selectedBy(one, all);
      if (selected.length === 0 || selected.some(({ hostNetwork }) => !hostNetwork)) return [];
      const says = `NetworkPolicy ${nameOf(one)} selects only pods in their node’s network, on which it has no effect`;
      return [{ policy: one, says }];
    }),
  change: 'filter on the node, or take the pods out of its network',
  fails: survey({ policies: [policy()], pods: [pod({ hostNetwork: true })] }),
  passes: survey({ policies: [policy()], pods: [pod()] }),
});
