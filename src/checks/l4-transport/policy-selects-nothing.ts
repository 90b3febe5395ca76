import { nameOf, selectedBy } from '../../path/policy/survey.js';
import { defineLint, survey } from '../policy-lint.js';
import { pod } from '../samples.js';
import { policy } from '../samples-policy.js';

const labels = (app: string) => ({ podSelector: { matchLabels: { app }, matchExpressions: [] } });

export default defineLint({
  id: 'policy-selects-nothing',
  title: 'every NetworkPolicy selects a pod',
  explain: {
    looksAt: 'The podSelector of each NetworkPolicy, and the labels of the pods in its namespace.',
    matters: 'A policy protects what it selects. One that selects nothing is in force and protects nothing.',
    misleads: 'A workload scaled to zero, or a job that runs at night, is selected when it runs.',
  },
  hits: (all) =>
    all.policies
      .filter((one) => selectedBy(one, all).length === 0)
      .map((one) => ({ policy: one, says: `NetworkPolicy ${nameOf(one)} selects no pod of its namespace` })),
  change: 'correct its podSelector, or the namespace it was put into',
  fails: survey({ policies: [policy(labels('apy'))], pods: [pod()] }),
  passes: survey({ policies: [policy(labels('api'))], pods: [pod()] }),
});
