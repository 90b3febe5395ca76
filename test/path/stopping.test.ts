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

function told(prediction: Prediction, tried: readonly AttemptEnd[]) {
  const tries = tried.map((end) => ({ end, elapsedMs: 1, raw: '' }));
  const world = [given(ASKED, { attempts: { tool: 'nc', tries }, predicted: prediction })];
  const fact = madeFrom(checkSources.flow, ASKED, { world, evidence: new Map() })('stopping');
  const value = fact.kind === 'known' ? (fact.value as { kind: string; does?: string; share?: number }) : undefined;
  return value?.kind === 'stops' ? `${value.does}, ${value.share}` : (value?.kind ?? fact.kind);
}

test.each<readonly [string, Prediction, readonly AttemptEnd[], string]>([
  ['no route, and so it was seen', predicted(unreachable), ['no-route'], 'has no route for the packet, 1'],
  ['no route, and nobody tried', predicted(unreachable), [], 'has no route for the packet, 1'],
  ['no route, and yet it connects', predicted(unreachable), ['connected'], 'open'],
  ['no route, and it is refused', predicted(unreachable), ['refused'], 'open'],
  [
    'half is dropped, and so it was seen',
    predicted(dropped, { ...BRANCH, probability: 0.5 }),
    ['connected', 'timeout'],
    'drops the packet, 0.5',
  ],
  ['delivered', predicted(BRANCH), ['connected'], 'goes'],
  ['not known at all, and nobody tried', predicted(open), [], 'open'],
  ['half of it not known', predicted(dropped, { ...open, probability: 0.5 }), ['timeout'], 'open'],
])('%s', (_, prediction, tried, expected) => {
  expect(told(prediction, tried)).toBe(expected);
});
