// The rung that `checks` names, held against a recorded cluster whose nodes and pods may not be asked anything.
import { expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/index.js';
import { diagnose } from '../../src/cli/diagnose.js';
import { targetOf } from '../../src/cli/question.js';
import { loadBundle } from '../../src/evidence/bundle.js';
import type { Evidence, Request } from '../../src/evidence/evidence.js';
import { replayDoor } from '../../src/evidence/replay.js';
import { lowestRung } from '../../src/report/explain.js';

const door = replayDoor(loadBundle('src/cli/demo.tar.gz'));
const OUT_OF_REACH = { kind: 'out-of-reach', rung: 'exec', detail: 'needs a command' } as const;

async function apiOnly(requests: readonly Request[]): Promise<Evidence[]> {
  const answers = await door.collect(requests);
  return answers.map((one) =>
    one.request.via === 'run' ? { ...one, answer: { kind: 'refused', gap: OUT_OF_REACH } } : one,
  );
}

const target = targetOf({ words: ['pod/web', 'svc/orders'], flags: {} }, 'shop');
const diagnosed = await diagnose({ target, checks: CHECKS, door: { collect: apiOnly } });
const verdicts = 'verdicts' in diagnosed ? diagnosed.verdicts : [];

// What reads every namespace has no part in a run about one flow.
const examined = CHECKS.filter(({ wide }) => !wide);
test.each(examined.map((check) => [check.id, lowestRung(check), check] as const))('%s: %s', (id, rung) => {
  const met = verdicts.filter(({ check }) => check === id);
  expect(met.length).toBeGreaterThan(0);
  const isOutOfReach = met.some(
    (verdict) => verdict.kind === 'unknown' && verdict.gaps.some(({ kind }) => kind === 'out-of-reach'),
  );
  const isJudged = met.some(({ kind }) => kind === 'pass' || kind === 'fail');
  // A question that does not arise may be skipped from the API alone; to judge it is another matter.
  expect(rung === 'none' ? isOutOfReach : isJudged).toBe(false);
});
