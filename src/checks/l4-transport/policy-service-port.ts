import type { PodObject } from '../../facts/kube.js';
import type { PolicySurvey } from '../../model/policy-survey.js';
import { receiversOf, rulesOf, targetsOf } from '../../path/policy/survey.js';
import { defineLint, survey } from '../policy-lint.js';
import { pod, service } from '../samples.js';
import { policy } from '../samples-policy.js';

const allows = (port: number) => ({ ingress: [{ ports: [{ protocol: 'TCP', port }], peers: [] }] });

/** A Service before these pods that has the port, while its pods have another and none declares it. */
function serviceWith(port: number, receivers: readonly PodObject[], all: PolicySurvey): string | undefined {
  const declared = receivers.flatMap(({ containers }) => containers.flatMap(({ ports }) => ports));
  if (declared.some((one) => one.port === port)) return undefined;
  for (const one of all.services) {
    const front = one.ports.find((each) => each.port === port);
    const led = front ? targetsOf(one, front, all).filter((target) => receivers.includes(target.pod)) : [];
    if (led.length > 0 && led.every((target) => target.port !== port))
      return `the port of Service ${one.name}, whose pods listen on ${led[0]?.port}`;
  }
  return undefined;
}

export default defineLint({
  id: 'policy-service-port',
  title: 'NetworkPolicies name the ports of pods, not those of Services',
  explain: {
    looksAt: 'Numbered ports in rules, the ports that the pods they are about declare, and the Services before those.',
    matters: 'A Service’s address and port are translated before a policy looks: no packet there carries them.',
    misleads: 'Where both numbers are the same nobody notices, until the pod’s changes.',
  },
  hits: (all) =>
    all.policies.flatMap((one) =>
      rulesOf(one).flatMap((of) =>
        of.rule.ports.flatMap(({ port }) => {
          const why = typeof port === 'number' ? serviceWith(port, receiversOf(of, one, all), all) : undefined;
          return why === undefined ? [] : [{ policy: one, says: `${of.says} allows ${port}, ${why}` }];
        }),
      ),
    ),
  change: 'allow the pod’s own port, best by its name',
  fails: survey({ policies: [policy(allows(80))], pods: [pod()], services: [service()] }),
  passes: survey({ policies: [policy(allows(8080))], pods: [pod()], services: [service()] }),
});
