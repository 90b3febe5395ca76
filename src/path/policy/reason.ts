// A ruling as a clause: which policy, which rule, and where none allows, the nearest one and what it lacks.
import type { Enforcer } from '../../facts/policy.js';
import { listed } from '../../model/listed.js';
import type { Side } from './intended.js';
import { refText, type PolicyRef } from './statement.js';

export function sideText({ direction, pod, ruling }: Side, port: string): string {
  const way = `${direction.toLowerCase()} ${direction === 'Egress' ? 'from' : 'to'} pod/${pod.name}`;
  const { basis } = ruling;
  switch (basis.kind) {
    case 'open':
      return `no policy closes ${way}`;
    case 'exempt':
      return basis.why;
    case 'rule':
      return `${way} is ${ruling.verdict === 'deny' ? 'denied' : 'allowed'} by ${refText(basis.ref)}, ${basis.says}`;
    case 'closed':
      return `${way} is closed by ${refsText(basis.by)}: ${closedText(basis, direction, port)}`;
    default:
      return `whether policies allow ${way} is not known: ${basis.doubts.join('; ')}`;
  }
}

function closedText(
  { by, nearest }: Extract<Side['ruling']['basis'], { kind: 'closed' }>,
  direction: string,
  port: string,
): string {
  const near = nearest();
  if (!near)
    return `no rule allows ${port}, as ${by.length > 1 ? 'none' : 'it'} has ${by.length > 1 ? 'an' : 'no'} ${direction.toLowerCase()} rule`;
  const whose = by.length > 1 ? `${near.says.replace('its ', '')} of ${near.ref.name}` : near.says;
  return `${whose} would allow it, but ${near.lacks}`;
}

/** Two engines sleep until a setting wakes them, and an agent that nobody knows may hold one. */
export const unsureText = ({ says }: Pick<Enforcer, 'says'>): string =>
  `the API does not show whether anybody enforces policies here (${says})`;

/** Why nobody does: flannel brings no engine; of kube-router, Cilium and kindnet it may be off, or not there yet. */
export const idleText = ({ says, daemonSet }: Pick<Enforcer, 'says' | 'daemonSet'>): string =>
  daemonSet ? `the policy engine of ${says} is off, or this version has none` : `${says} alone has no policy engine`;

/** `NetworkPolicy a, b and c`: the kind once where it is the same. */
export function refsText(refs: readonly PolicyRef[]): string {
  const [first, ...rest] = refs;
  if (!first || rest.some(({ kind }) => kind !== first.kind)) return listed(refs.map(refText));
  return `${first.kind} ${listed(refs.map(({ name }) => name))}`;
}
