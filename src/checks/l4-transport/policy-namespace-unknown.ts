import type { Selector } from '../../facts/kube.js';
import { selects } from '../../model/selects.js';
import { rulesOf } from '../../path/policy/survey.js';
import { defineLint, survey } from '../policy-lint.js';
import { policy } from '../samples-policy.js';

const from = (team: string) => ({
  ingress: [{ ports: [], peers: [{ namespaceSelector: { matchLabels: { team }, matchExpressions: [] } }] }],
});
const selectorText = ({ matchLabels, matchExpressions }: Selector): string =>
  [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values }) => `${key} ${operator} ${values.join(', ')}`.trim()),
  ].join(' and ');

export default defineLint({
  id: 'policy-namespace-unknown',
  title: 'every namespaceSelector of a NetworkPolicy selects a namespace',
  explain: {
    looksAt: 'The namespaceSelectors in the rules of all NetworkPolicies, and the labels of all namespaces.',
    matters: 'Namespaces carry no labels but their name until somebody sets them: a rule by any other label is empty.',
    misleads: 'kubernetes.io/metadata.name is there without anybody’s doing; name is not.',
  },
  hits: (all) =>
    all.policies.flatMap((one) =>
      rulesOf(one).flatMap(({ rule, says }) =>
        rule.peers
          .flatMap(({ namespaceSelector }) => namespaceSelector ?? [])
          .filter((selector) => [...all.namespaces.values()].every((labels) => !selects(selector, labels)))
          .map((selector) => ({
            policy: one,
            says: `${says} means namespaces with ${selectorText(selector)}, and there is none`,
          })),
      ),
    ),
  change: 'label the namespace, or select it by kubernetes.io/metadata.name',
  fails: survey({ policies: [policy(from('frontend'))] }),
  passes: survey({ policies: [policy(from('shop'))] }),
});
