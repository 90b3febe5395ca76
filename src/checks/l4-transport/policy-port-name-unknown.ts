import type { PodObject, PolicyRule } from '../../facts/kube.js';
import { dialectOf } from '../../path/policy/dialect.js';
import { hasAddress, numbersOf } from '../../path/policy/port-names.js';
import { receiversOf, rulesOf } from '../../path/policy/survey.js';
import { defineLint, survey } from '../policy-lint.js';
import { pod } from '../samples.js';
import { policy } from '../samples-policy.js';

type Port = PolicyRule['ports'][number];
const allows = (port: string) => ({ ingress: [{ ports: [{ protocol: 'TCP', port }], peers: [] }] });

const unknownText = (port: Port, receivers: readonly PodObject[]): string | undefined =>
  receivers.length > 0 && receivers.every((one) => numbersOf(one, port).length === 0)
    ? `and no pod it is about names a ${port.protocol} port so`
    : undefined;

/** Two numbers for one name, anywhere in the cluster. */
function ambiguousText(port: Port, pods: readonly PodObject[]): string | undefined {
  const first = new Map<number, PodObject>();
  for (const one of pods.filter(hasAddress))
    for (const number of numbersOf(one, port)) if (!first.has(number)) first.set(number, one);
  const [some, other] = [...first].map(([number, { namespace, name }]) => `${number} in ${namespace}/${name}`);
  return other === undefined ? undefined : `which is ${some} and ${other}, and Cilium before 1.20 then allows neither`;
}

export default defineLint({
  id: 'policy-port-name-unknown',
  title: 'every port name in a NetworkPolicy is a port of some pod it is about',
  explain: {
    looksAt: 'Named ports in rules, and the container ports of the pods that the rule is about.',
    matters:
      'A name is looked up in each pod: where none has it, the rule allows nothing. kube-router forgets such a port and ' +
      'then allows every port to the rule’s peers. Cilium before 1.20 looks names of egress rules up in all pods of the ' +
      'cluster, and one that stands for two numbers allows nothing.',
    misleads: 'The name belongs to a container’s port with its protocol; a Service’s port names do not count.',
  },
  hits(all) {
    const isShared = dialectOf(all.enforcer).portNames === 'cilium';
    return all.policies.flatMap((one) =>
      rulesOf(one).flatMap((of) =>
        of.rule.ports.flatMap((port) => {
          if (typeof port.port !== 'string') return [];
          const shared = isShared && of.direction === 'Egress' ? ambiguousText(port, all.pods) : undefined;
          const text = shared ?? unknownText(port, receiversOf(of, one, all));
          return text === undefined ? [] : [{ policy: one, says: `${of.says} allows port "${port.port}", ${text}` }];
        }),
      ),
    );
  },
  change: 'use the name in the pods’ container ports, or the number',
  fails: survey({ policies: [policy(allows('web'))], pods: [pod()] }),
  passes: survey({ policies: [policy(allows('http'))], pods: [pod()] }),
});
