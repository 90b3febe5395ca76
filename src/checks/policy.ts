// What the checks of NetworkPolicies have in common.
import { shown } from '../evidence/shell.js';
import type { Policed } from '../model/policies.js';
import type { Denial } from '../path/policy/denials.js';
import { podSubject } from '../target/subject.js';
import { changes, fail, pass, reads, type Judgement } from './check.js';

export const getPolicies = (namespace: string): string => shown`kubectl -n ${namespace} get networkpolicies -o yaml`;

/** A policy convicts only where somebody enforces it and the flow was seen to fail: then both say the same. */
export function denied(
  { observed, enforces, port, protocol }: Extract<Policed, { kind: 'read' }>,
  [first]: readonly Denial[],
): Judgement {
  if (!first) return pass('no policy closes it');
  const { direction, pod, by } = first;
  const names = by.map(({ name }) => name).join(', ');
  if (enforces === false) return pass(`${names} would close it, and nothing enforces policies here`);
  if (observed === 'connected') return pass(`${names} would close it, and yet it was answered`);
  const way = direction === 'Egress' ? 'from' : 'to';
  const list = getPolicies(pod.namespace);
  const tried = observed !== 'none' && enforces === true;
  return fail({
    severity: tried ? 'outage' : 'risk',
    confidence: 'declared',
    says: `${direction.toLowerCase()} ${way} pod/${pod.name} is closed by NetworkPolicy ${names}: no rule allows ${port}/${protocol.toLowerCase()}`,
    cites: [{ on: 'api', shows: `NetworkPolicy ${names} in ${pod.namespace} selects pod/${pod.name}`, command: list }],
    fix: [
      reads('read its rules', list),
      changes(
        `allow ${port}/${protocol.toLowerCase()} ${direction === 'Egress' ? 'to the destination' : 'from the source'} in a policy of ${pod.namespace}`,
      ),
    ],
    refute: reads('would show a rule that allows it', list),
    also: [podSubject(pod.namespace, pod.name)],
  });
}
