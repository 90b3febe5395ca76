// Derived facts of the upper layers (L4 to L7). Kept apart from those of the lower ones, which know nothing of Services.
import { dnsRights, dnsUnready } from './dns-rights.js';
import { ends } from './flow-ends.js';
import { idle } from './idle.js';
import { listening } from './listening.js';
import { localPolicy } from './local-policy.js';
import { naming } from './naming.js';
import { policed } from './policed.js';
import { namespaceLabels, policies } from './policies.js';
import { policyAgent } from './policy-agent.js';
import { policyCallers } from './policy-callers.js';
import { policySurvey } from './policy-survey.js';
import { programmed } from './programmed.js';
import { resolver } from './resolver.js';
import { staleEntries } from './stale-entries.js';
import { unready } from './unready.js';

export const upperSources = {
  cluster: { dnsRights, dnsUnready, policyCallers, policySurvey },
  node: { policyAgent },
  pod: { namespaceLabels, policies, resolver },
  service: { unready },
  flow: { ends, idle, listening, localPolicy, naming, policed, programmed, staleEntries },
};
