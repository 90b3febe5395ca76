import { meantBy, rulesOf } from '../../path/policy/survey.js';
import { defineLint, survey } from '../policy-lint.js';
import { pod } from '../samples.js';
import { policy } from '../samples-policy.js';

const by = (matchLabels: Readonly<Record<string, string>>) => ({ matchLabels, matchExpressions: [] });
const both = (app: string) => ({
  ingress: [{ ports: [], peers: [{ namespaceSelector: by({ team: 'ops' }), podSelector: by({ app }) }] }],
});
const world = {
  namespaces: new Map([
    ['shop', { team: 'shop' }],
    ['ops', { team: 'ops' }],
  ]),
  pods: [pod(), pod({ namespace: 'ops', name: 'prometheus', labels: { app: 'prometheus' } })],
};

export default defineLint({
  id: 'policy-peers-combined',
  title: 'selectors of one peer that are meant together match together',
  explain: {
    looksAt: 'Peers of rules that have a namespaceSelector and a podSelector in one list item.',
    matters:
      'One item with both means pods of that kind in those namespaces; two items mean either. The difference is one ' +
      'hyphen, and where the combination matches nobody and each half matches somebody, the other was meant.',
    misleads: 'A workload that does not run at the moment is matched by nothing either.',
  },
  hits: (all) =>
    all.policies.flatMap((one) =>
      rulesOf(one).flatMap(({ rule, says }) =>
        rule.peers
          .filter(({ namespaceSelector, podSelector }) => {
            if (!namespaceSelector || !podSelector) return false;
            const [together, there, here] = [
              { namespaceSelector, podSelector },
              { namespaceSelector },
              { podSelector },
            ];
            return (
              meantBy(together, one, all).length === 0 &&
              [there, here].every((alone) => meantBy(alone, one, all).length > 0)
            );
          })
          .map(() => ({
            policy: one,
            says: `${says} wants namespace and pod together, which match no pod, while each alone does`,
          })),
      ),
    ),
  change: 'put a hyphen before podSelector if either of the two is to be enough',
  fails: survey({ ...world, policies: [policy(both('api'))] }),
  passes: survey({ ...world, policies: [policy(both('prometheus'))] }),
});
