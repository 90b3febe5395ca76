// What was predicted beside what was tried: do they fit?
import type { Attempt } from '../facts/observation.js';
import type { Branch, Prediction, Symptom } from './prediction.js';

export type Agreement = 'agree' | 'contradict' | 'not-compared';

export function agreement(tries: readonly Attempt[], { symptoms, branches }: Prediction): Agreement {
  if (tries.length === 0 || symptoms.includes('unknown') || symptoms.length === 0) return 'not-compared';
  const possible = new Set(symptoms.flatMap((symptom) => SHOWS[symptom]));
  const told = tries.filter(({ end }) => end !== 'unknown');
  if (mayBeSilent(branches, told)) possible.add('timeout');
  return told.every(({ end }) => possible.has(end)) ? 'agree' : 'contradict';
}

/** What a client can see when the walk ends this way. */
const SHOWS: Readonly<Record<Symptom, readonly string[]>> = {
  connected: ['connected'],
  answered: ['connected', 'refused', 'reset'],
  refused: ['refused', 'reset'],
  timeout: ['timeout', 'silent'],
  'no-route': ['no-route'],
  'net-unreachable': ['net-unreachable', 'no-route'],
  'not-permitted': ['not-permitted'],
  sent: ['connected', 'silent'],
  'protocol-unreachable': ['refused', 'unknown'],
  'invalid-argument': ['unknown'],
  unknown: [],
};

/**
 * The kernel sends six ICMP errors to a client at once and then one a second (icmp_ratelimit): where one came, others may
 * have been withheld. ARP gives up after 3 s, so that an attempt of 4 s may end before it is told at all.
 */
function mayBeSilent(branches: readonly Branch[], told: readonly Attempt[]): boolean {
  const bySilence = branches.some(({ outcome }) => outcome.kind === 'neighbour-unreachable');
  const byError = branches.filter(
    ({ outcome }) => outcome.kind === 'no-route' || (outcome.kind === 'refused' && outcome.how.startsWith('icmp-')),
  );
  const errors = new Set(byError.flatMap(({ symptom }) => SHOWS[symptom]));
  return bySilence || told.some(({ end }) => errors.has(end));
}
