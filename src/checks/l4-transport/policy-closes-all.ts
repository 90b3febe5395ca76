import type { PolicyObject } from '../../facts/kube.js';
import { nameOf, policedPod, representatives } from '../../path/policy/survey.js';
import { defineLint, survey } from '../policy-lint.js';
import { pod } from '../samples.js';
import { policy } from '../samples-policy.js';

const rules = (one: PolicyObject, direction: 'Ingress' | 'Egress') =>
  direction === 'Ingress' ? one.ingress : one.egress;

export default defineLint({
  id: 'policy-closes-all',
  title: 'pods that policies close are opened by some rule',
  explain: {
    looksAt: 'Pods that NetworkPolicies select in a direction in which none of these has any rule.',
    matters: 'A default-deny is the first half of a pair. Where the second is missing nothing gets in, or out, at all.',
    misleads: 'For a batch job nobody calls, closed ingress is right.',
  },
  hits: (all) =>
    (['Ingress', 'Egress'] as const).flatMap((direction) =>
      representatives(all, direction).flatMap((one) => {
        const closing = policedPod(one, all).selecting.filter(({ types }) => types.includes(direction));
        const [first] = closing;
        if (!first || closing.some((each) => rules(each, direction).length > 0)) return [];
        const way = direction === 'Ingress' ? 'nothing gets in' : 'nothing gets out';
        return [
          {
            policy: first,
            says: `${nameOf(first)} closes pods such as pod/${one.name}, and no rule opens any: ${way}`,
          },
        ];
      }),
    ),
  change: 'add a policy that allows what the pods are for',
  fails: survey({ policies: [policy()], pods: [pod()] }),
  passes: survey({ policies: [policy(), policy({ name: 'b', ingress: [{ ports: [], peers: [] }] })], pods: [pod()] }),
});
