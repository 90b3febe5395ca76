// The end of a predicted path is a finding only where what was tried bears it out.
import { expect, test } from 'vitest';
import { flow, prediction } from '../../src/checks/flow-samples.js';
import type { AttemptEnd } from '../../src/facts/observation.js';
import { checkSources } from '../../src/path/check-sources.js';
import type { Outcome, Prediction } from '../../src/path/prediction.js';
import { given, madeFrom } from '../support/made.js';

const ASKED = flow();
const [BRANCH] = prediction('delivered').branches;
if (!BRANCH) throw new Error('the sample has a branch');
const at = { netns: 'node/w2', by: 'unreachable 10.244.2.0/24' } as const;
const ends = (
  outcome: Outcome,
  symptom: Prediction['symptoms'][number],
  probability = 1,
): Prediction['branches'][number] => {
  const { reply: _, ...alone } = BRANCH;
  return {
    ...alone,
    hops: [{ netns: 'node/w2', steps: [{ kind: 'route', says: '', command: 'ip route get' }] }],
    outcome,
    symptom,
    probability,
  };
};
const predicted = (...branches: Prediction['branches']): Prediction => ({
  branches,
  symptoms: [...new Set(branches.map(({ symptom }) => symptom))],
});
const unreachable = ends({ kind: 'no-route', how: 'host-unreachable', ...at }, 'no-route');
const dropped = ends({ kind: 'dropped', ...at }, 'timeout', 0.5);
const open = ends({ kind: 'unknown', undecided: ['a set'], possible: [] }, 'unknown');

function told({ as, tried }: Case) {
  const tries = tried.map((end) => ({ end, elapsedMs: 1, raw: '' }));
  const world = [given(ASKED, { attempts: { tool: 'nc', tries }, predicted: as })];
  const fact = madeFrom(checkSources.flow, ASKED, { world, evidence: new Map() })('stopping');
  const value = fact.kind === 'known' ? (fact.value as { kind: string; does?: string; share?: number }) : undefined;
  return value?.kind === 'stops' ? `${value.does}, ${value.share}` : (value?.kind ?? fact.kind);
}

interface Case {
  readonly as: Prediction;
  readonly tried: readonly AttemptEnd[];
}

test.each<readonly [string, Case, string]>([
  [
    'no route, and so it was seen',
    { as: predicted(unreachable), tried: ['no-route'] },
    'has no route for the packet, 1',
  ],
  ['no route, and nobody tried', { as: predicted(unreachable), tried: [] }, 'has no route for the packet, 1'],
  ['no route, and yet it connects', { as: predicted(unreachable), tried: ['connected'] }, 'open'],
  ['no route, and it is refused', { as: predicted(unreachable), tried: ['refused'] }, 'open'],
  [
    'half is dropped, and so it was seen',
    { as: predicted(dropped, { ...BRANCH, probability: 0.5 }), tried: ['connected', 'timeout'] },
    'drops the packet, 0.5',
  ],
  ['delivered', { as: predicted(BRANCH), tried: ['connected'] }, 'goes'],
  ['not known at all, and nobody tried', { as: predicted(open), tried: [] }, 'open'],
  ['half of it not known', { as: predicted(dropped, { ...open, probability: 0.5 }), tried: ['timeout'] }, 'open'],
])('%s', (_, asked, expected) => {
  expect(told(asked)).toBe(expected);
});
