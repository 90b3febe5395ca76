import { expect, test, vi } from 'vitest';
import { deferred } from '../../../src/evidence/deferred.js';
import { openPlace } from '../../../src/evidence/place.js';
import type { ExecCall, ExecEnd } from '../../../src/evidence/exec.js';

test('a close that never comes is not waited for, once all phases are over', async () => {
  vi.useFakeTimers();
  const ended = deferred<ExecEnd>();
  const calls: ExecCall[] = [];
  const write = vi.fn<(text: string) => void>();
  const stop = vi.fn(() => ended.resolve({ kind: 'lost', detail: 'stopped' }));
  const container = { namespace: 'kube-system', pod: 'agent', container: 'main' };
  const place = await openPlace(
    (call) => {
      calls.push(call);
      return Promise.resolve({ ended: ended.promise, write, stop, carrier: () => '' });
    },
    { container, placed: [], phases: ['before'], deadlineSeconds: 60 },
  );
  const mark = /^m=(\S+)$/m.exec(write.mock.calls[0]?.[0] ?? '')?.[1];
  calls[0]?.onStdout(Buffer.from(`\n${mark} p before\n`));
  await place.reached('before');
  // Its own time is not over, and nobody has let it go on.
  await vi.advanceTimersByTimeAsync(10_000);
  expect(stop).not.toHaveBeenCalled();
  place.advance();
  await vi.advanceTimersByTimeAsync(2_900);
  expect(stop).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  expect(stop).toHaveBeenCalledOnce();
  expect((await place.done).end.kind).toBe('lost');
  vi.useRealTimers();
});
