// kube-router forgets a rule's ports when each is a name that none of the pods it looks at has: it then allows every port.
// (v2.2.1 policy.go: no ports and no named ports left reads like a rule that names none.)
import type { PodObject, PolicyObject, PolicyRule } from '../../facts/kube.js';
import { selects } from '../../model/selects.js';
import { unknown, type Match } from './match.js';
import { peerMatch } from './peer.js';
import { endText, type Traffic } from './traffic.js';

/** Undefined where the names are not lost, and the rule means what it says. */
export function lostNames({ ports, peers }: PolicyRule, policy: PolicyObject, traffic: Traffic): Match | undefined {
  const { dest, siblings, dialect } = traffic;
  if (ports.length === 0 || dest.kind !== 'pod' || ports.some((one) => typeof one.port !== 'string')) return undefined;
  if (ports.some((one) => names(dest.pod, one))) return undefined;
  const said = ports.map(({ port }) => `"${port}"`).join(', ');
  const looksAt = (pod: PodObject): boolean =>
    traffic.direction === 'Ingress'
      ? selects(policy.podSelector, pod.labels)
      : peers.some((one) => peerMatch(one, policy, { ...traffic, peer: { ...dest, pod } }).kind === 'yes');
  const others = siblings?.filter((pod) => pod.ip !== undefined && !pod.hostNetwork && !FINISHED.includes(pod.phase));
  if (others?.some((pod) => looksAt(pod) && ports.some((one) => names(pod, one)))) return undefined;
  // A rule about other namespaces looks at pods that were not read.
  const wide = traffic.direction === 'Egress' && peers.some(({ namespaceSelector }) => namespaceSelector !== undefined);
  if (others && !wide)
    return { kind: 'yes', note: `where ${dialect.name} allows every port, as no pod has one named ${said}` };
  return unknown(
    `${dialect.name} allows every port when no pod has one named ${said}: ${endText(dest)} has none, others were not read`,
  );
}

const FINISHED: readonly string[] = ['Succeeded', 'Failed'];

const names = ({ containers }: PodObject, { port, protocol }: PolicyRule['ports'][number]): boolean =>
  containers.some(({ ports }) => ports.some((one) => one.name === port && one.protocol === protocol));
