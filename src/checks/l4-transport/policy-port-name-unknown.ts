import type { PodObject } from '../../facts/kube.js';
import { receiversOf, rulesOf } from '../../path/policy/survey.js';
import { defineLint, survey } from '../policy-lint.js';
import { pod } from '../samples.js';
import { policy } from '../samples-policy.js';

const allows = (port: string) => ({ ingress: [{ ports: [{ protocol: 'TCP', port }], peers: [] }] });

const names = ({ containers }: PodObject, name: string, protocol: string): boolean =>
  containers.some(({ ports }) => ports.some((one) => one.name === name && one.protocol === protocol));

export default defineLint({
  id: 'policy-port-name-unknown',
  title: 'every port name in a NetworkPolicy is a port of some pod it is about',
  explain: {
    looksAt: 'Named ports in rules, and the container ports of the pods that the rule is about.',
    matters:
      'A name is looked up in each pod: where none has it, the rule allows nothing. kube-router forgets such a port and ' +
      'then allows every port to the rule’s peers.',
    misleads: 'The name belongs to a container’s port with its protocol; a Service’s port names do not count.',
  },
  hits: (all) =>
    all.policies.flatMap((one) =>
      rulesOf(one).flatMap((of) => {
        const receivers = receiversOf(of, one, all);
        return of.rule.ports
          .filter(({ port, protocol }) => {
            const isName = typeof port === 'string' && receivers.length > 0;
            return isName && !receivers.some((pods) => names(pods, port, protocol));
          })
          .map(({ port, protocol }) => ({
            policy: one,
            says: `${of.says} allows port "${port}", and no pod it is about names a ${protocol} port so`,
          }));
      }),
    ),
  change: 'use the name in the pods’ container ports, or the number',
  fails: survey({ policies: [policy(allows('web'))], pods: [pod()] }),
  passes: survey({ policies: [policy(allows('http'))], pods: [pod()] }),
});
