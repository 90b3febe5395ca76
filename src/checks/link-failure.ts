// What is said, shown and done about links that carry nothing, whoever's they are.
import { shown } from '../evidence/shell.js';
import type { Link } from '../facts/network.js';
import { listed } from '../model/listed.js';
import { changes, fail, reads, type Judgement, type Severity } from './check.js';

export const works = ({ up, carrier }: Pick<Link, 'up' | 'carrier'>): boolean => up && carrier;

export interface Dead {
  readonly node: string;
  readonly links: readonly Link[];
  /** `the bridge of all 5 pods here`. */
  readonly role: string;
  readonly severity: Severity;
}

export function linkFailure({ node, links, role, severity }: Dead): Judgement {
  const many = links.length > 1;
  const first = links[0]?.name ?? '';
  const lost = links.some(({ up }) => up) ? `${many ? 'have' : 'has'} no carrier` : `${many ? 'are' : 'is'} down`;
  const show = shown`ip link show dev ${first}`;
  return fail({
    severity,
    confidence: 'programmed',
    says: `${listed(links.map(({ name }) => name))}, ${role}, ${lost}`,
    cites: links.slice(0, 3).map(({ name, up }) => ({
      on: node,
      shows: `${name}: ${up ? 'UP, but not LOWER_UP' : 'not UP'}`,
      command: shown`ip link show dev ${name}`,
    })),
    fix: [
      reads(`look who took it down on ${node}: a network manager that thinks it its own, or its other end`, show),
      changes('set it up; restart the CNI agent if routes went with it', shown`ip link set dev ${first} up`),
    ],
    refute: reads(`on ${node} this would print both UP and LOWER_UP between the angle brackets`, show),
  });
}
