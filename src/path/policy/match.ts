// Whether something in a policy matches: yes, no and what is lacking, or not known and why.
import type { Selector } from '../../facts/kube.js';
import type { Labels } from '../../model/policies.js';
import { holds, requirementsOf, type Requirement } from '../../model/selects.js';

export type Match = Yes | No | Unknown;
interface Yes {
  readonly kind: 'yes';
  /** Where it matches for a reason that the rule's words do not tell. */
  readonly note?: string;
}
export interface No {
  readonly kind: 'no';
  /** How much of it matched: of several that do not, the one with most is the one that was meant. */
  readonly near: number;
  /** Spelled only when somebody reads it: a matrix asks 40,000 times and prints one. */
  readonly lacks: () => string;
}
export interface Unknown {
  readonly kind: 'unknown';
  readonly doubt: string;
}
export const YES: Yes = { kind: 'yes' };
export const no = (near: number, lacks: () => string): No => ({ kind: 'no', near, lacks });
export const unknown = (doubt: string): Unknown => ({ kind: 'unknown', doubt });

/** One is enough; what is not known could be it. */
export function anyOf(matches: Iterable<Match>): Match {
  let best: Match | undefined;
  for (const match of matches) {
    if (match.kind === 'yes') return match;
    if (best === undefined || match.kind === 'unknown' || (best.kind === 'no' && match.near > best.near))
      best = best?.kind === 'unknown' ? best : match;
  }
  return best ?? no(0, () => 'it lists nobody');
}

/** All must; of several that do not, each is told. */
export function allOf(first: Match, second: Match): Match {
  if (first.kind === 'no' && second.kind === 'no')
    return no((first.near + second.near) / 4, () => `${first.lacks()}; also ${second.lacks()}`);
  // What matched beside it brings it nearer than anything that misses twice.
  if (first.kind === 'no') return no(0.5 + first.near / 2, first.lacks);
  if (second.kind === 'no') return no(0.5 + second.near / 2, second.lacks);
  if (first.kind === 'unknown') return first;
  return second.kind === 'unknown' || second.note ? second : first;
}

export function selectorMatch(selector: Selector, labels: Labels, whose: string): Match {
  const all = requirementsOf(selector);
  const lacking = all.filter((one) => !holds(one, labels));
  if (lacking.length === 0) return YES;
  // One more than there are: a selector that misses in its only requirement is still nearer than one that misses twice.
  return no((all.length - lacking.length) / (all.length + 1), () => {
    return `${whose} ${lacking.map((one) => lackText(one, labels)).join(' and ')}`;
  });
}

const NAME_LABEL = 'kubernetes.io/metadata.name';

function lackText({ key, operator, values }: Requirement, labels: Labels): string {
  const has = labels[key];
  // Every namespace has it: told as people say it.
  if (key === NAME_LABEL && operator === 'In') return `is not ${values.map((one) => `"${one}"`).join(' or ')}`;
  const wanted = values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(', ')})`;
  switch (operator) {
    case 'In':
      return has === undefined ? `lacks label ${wanted}` : `has ${key}=${has}, not ${wanted}`;
    case 'Exists':
      return `lacks label ${key}`;
    default:
      return has === '' ? `has label ${key}, which is excluded` : `has ${key}=${has}, which is excluded`;
  }
}
