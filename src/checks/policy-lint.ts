// What checks of all policies together have in common: they read every namespace, list what they find, and call it a risk.
import { shown } from '../evidence/shell.js';
import type { PolicyObject } from '../facts/kube.js';
import { listed } from '../model/listed.js';
import type { PolicySurvey } from '../model/policy-survey.js';
import { changes, defineCheck, fail, pass, reads, skip, type Check, type Declaration } from './check.js';
import { enforcer } from './samples-policy.js';

export interface Hit {
  readonly policy: Pick<PolicyObject, 'namespace' | 'name'>;
  /** What is wrong with it, as a clause. */
  readonly says: string;
}

export interface Lint extends Omit<Declaration, 'layer' | 'wide'> {
  readonly hits: (survey: PolicySurvey) => readonly Hit[];
  /** What to change about it. */
  readonly change: string;
  readonly fails: PolicySurvey;
  readonly passes: PolicySurvey;
}

const count = (policies: number): string => (policies === 1 ? '1 NetworkPolicy' : `${policies} NetworkPolicies`);
const MOST = 3;
const getPolicy = ({ namespace, name }: Hit['policy']): string =>
  shown`kubectl -n ${namespace} get networkpolicy ${name} -o yaml`;

export function defineLint({ hits, change, fails, passes, ...declared }: Lint): Check<'cluster', 'policySurvey'> {
  return defineCheck({
    ...declared,
    layer: 'L4',
    wide: true,
    about: 'cluster',
    needs: ['policySurvey'],
    judge({ policySurvey: survey }) {
      if (survey.policies.length === 0) return skip('the cluster has no NetworkPolicy');
      const found = hits(survey);
      const [first] = found;
      if (!first) return pass(`${count(survey.policies.length)} looked at, none at fault`);
      const more = [...new Set(found.slice(1).map(({ policy }) => `${policy.namespace}/${policy.name}`))];
      const others = more.length > 0 ? `; the same of ${listed(more)}` : '';
      return fail({
        severity: 'risk',
        confidence: 'declared',
        says: `${first.says}${others}`,
        cites: found.slice(0, MOST).map(({ policy, says }) => ({ on: 'api', shows: says, command: getPolicy(policy) })),
        fix: [reads('read it', getPolicy(first.policy)), changes(change)],
        refute: reads('this would show otherwise', getPolicy(first.policy)),
      });
    },
    examples: { subject: { kind: 'cluster' }, fails: { policySurvey: fails }, passes: { policySurvey: passes } },
  });
}

/** A cluster with little in it. */
export const survey = (different: Partial<PolicySurvey> = {}): PolicySurvey => ({
  policies: [],
  namespaces: new Map([['shop', { team: 'shop', 'kubernetes.io/metadata.name': 'shop' }]]),
  pods: [],
  services: [],
  ranges: { pods: ['10.244.0.0/16'], services: ['10.96.0.0/12'] },
  enforcer: enforcer(),
  ...different,
});
