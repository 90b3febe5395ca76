// --repeat: every flow that was asked about is tried so often, a lookup is not, and a bundle remembers it.
import { expect, test } from 'vitest';
import { askedWords, questionFrom, targetOf } from '../../src/cli/question.js';
import { connectAsk, datagramAsk } from '../../src/facts/asks/attempt.js';
import { loadBundle } from '../../src/evidence/bundle.js';
import { replayDoor } from '../../src/evidence/replay.js';
import { diagnose } from '../../src/cli/diagnose.js';

const TO = { address: '10.0.0.1', port: 53 };

test.each([connectAsk, datagramAsk])('%o', (ask) => {
  const [few, burst, many] = [2, 5, 6].map((count) => ask({ ...TO, count }));
  const paces = [few, burst, many].map((each) => each?.tries[0]?.script.split(' ').at(-2));
  // Five errors by ICMP come at once; of six within a second the kernel may withhold one (icmp_ratelimit, icmp(7)).
  expect(paces).toEqual(["'0.2'", "'0.2'", "'1'"]);
  expect([few, burst, many].map((each) => each?.timeoutSeconds)).toEqual([10, 10, 15]);
  expect(new Set([few?.id, many?.id]).size).toBe(1);
});

const scripts = (count: number) => connectAsk({ ...TO, count }).tries.map(({ script }) => script);

test('a shell, too, waits a second between more than a burst', () => {
  expect(scripts(6).filter((script) => script.includes("pace='1'") && !script.includes("pace='0.02'"))).toHaveLength(3);
  expect(scripts(5).filter((script) => script.includes("pace='0.2'"))).toHaveLength(3);
});

test('the words of a question carry it', () => {
  const question = { words: ['pod/web', 'svc/orders'], flags: { repeat: '7' } };
  expect(askedWords(question)).toEqual(['pod/web', 'svc/orders', '--repeat', '7']);
  expect(targetOf(questionFrom(askedWords(question)), 'shop')).toMatchObject({ repeat: 7 });
});

test('connections are repeated, lookups are not', async () => {
  const bundle = loadBundle('src/cli/demo.tar.gz');
  const asked: string[] = [];
  const door = replayDoor(bundle);
  const target = targetOf({ words: ['pod/web', 'svc/orders'], flags: { repeat: '7' } }, 'shop');
  const collect: typeof door.collect = (requests) => {
    for (const request of requests)
      if (request.via === 'run' && request.ask.phase === 'attempt')
        asked.push(`${request.ask.id}: ${request.ask.timeoutSeconds} s`);
    return door.collect(requests);
  };
  await diagnose({ target, checks: [], door: { collect } });
  expect(asked.filter((each) => each.startsWith('connect')).toSorted()).toEqual([
    'connect tcp 10.200.1.4 8081: 16 s',
    'connect tcp 10.200.2.5 8081: 16 s',
    'connect tcp 10.201.60.156 80: 16 s',
  ]);
  expect(asked.filter((each) => each.startsWith('lookup'))).toHaveLength(3);
});
