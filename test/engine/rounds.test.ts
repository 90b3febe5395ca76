// What a run asks waits for what it needs and for nothing else: rounds are what a person waits for.
import { expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/index.js';
import { diagnose } from '../../src/cli/diagnose.js';
import { questionFrom, targetOf } from '../../src/cli/question.js';
import { loadBundle } from '../../src/evidence/bundle.js';
import type { Request } from '../../src/evidence/evidence.js';
import { replayDoor } from '../../src/evidence/replay.js';
import { bundleIn, STORIES } from '../stories/story.js';

async function roundsOf(story: string): Promise<readonly (readonly Request[])[]> {
  const bundle = loadBundle(bundleIn(`${STORIES}${story}`));
  const door = replayDoor(bundle);
  const rounds: (readonly Request[])[] = [];
  const collect: typeof door.collect = (requests) => {
    rounds.push(requests);
    return door.collect(requests);
  };
  const target = targetOf(questionFrom(bundle.manifest.arguments), bundle.manifest.namespace);
  await diagnose({ target, checks: CHECKS, door: { collect } });
  return rounds;
}

const isLookup = (request: Request): boolean => request.via === 'run' && request.ask.id.startsWith('lookup');

test('a name outside is asked of all nameservers at once, and takes five rounds with what they log of it', async () => {
  const rounds = await roundsOf('coredns-upstream-unreachable-b');
  expect(rounds.length).toBeLessThanOrEqual(5);
  expect(rounds.map((round) => round.filter(isLookup).length).filter((count) => count > 0)).toEqual([3]);
});
