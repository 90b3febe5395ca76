// A node without a ready pod of the DaemonSet that keeps something there up to date.
import { describePod, podLog } from './commands.js';
import { fail, reads, restarts, type Judgement, type Severity } from './check.js';
import { describeSet, podsOn } from './node-commands.js';

interface Named {
  readonly namespace: string;
  readonly name: string;
}
export interface Lacking {
  readonly node: string;
  readonly daemonSet: Named;
  /** Absent: it has no pod there at all. */
  readonly pod?: { readonly name: string; readonly why?: string } | undefined;
  readonly severity: Severity;
  /** What comes of it, behind what lacks. */
  readonly so: (lack: string) => string;
}

export function agentLacking({ node, daemonSet, pod, severity, so }: Lacking): Judgement {
  const lack = pod
    ? `pod/${pod.name} is not ready${pod.why ? `: ${pod.why}` : ''}`
    : `daemonset/${daemonSet.name} has no pod on the node`;
  const command = pod ? describePod(daemonSet.namespace, pod.name) : podsOn(node);
  return fail({
    severity,
    confidence: 'declared',
    says: so(lack),
    cites: [{ on: 'api', shows: lack, command }],
    fix: [
      reads('read its own word', pod ? podLog({ ...daemonSet, name: pod.name }) : describeSet(daemonSet)),
      restarts('once the reason is gone, delete the pod if it does not recover by itself'),
    ],
    refute: reads('this would show a ready pod of it on the node', podsOn(node)),
    also: pod ? [{ kind: 'pod', namespace: daemonSet.namespace, name: pod.name }] : [],
  });
}
