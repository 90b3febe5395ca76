import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDoor } from '../../../src/evidence/door.js';
import type { Ask, Container, Evidence, Request, Try, Where } from '../../../src/evidence/evidence.js';
import type { FakeApi, FakeOptions } from '../../support/fake-api.js';
import { fakeApi, flagsFor } from '../../support/fake-api.js';

vi.setConfig({ testTimeout: 30_000 });

let api: FakeApi;
afterEach(() => api.close());

const container = (pod: string, tools?: readonly string[]): Container => ({
  namespace: 'kube-system',
  pod,
  container: 'main',
  ...(tools ? { tools } : {}),
});
const node = (name: string, agents: readonly Container[]): Where => ({ kind: 'node', name, agents, ready: true });
const aTry = (script: string, needs: readonly string[] = ['cat']): Try => ({
  tool: needs[0] ?? '',
  needs,
  script,
  shown: script,
});
const ask = (id: string, tries: readonly Try[], more: Partial<Ask> = {}): Ask => ({
  id,
  tries,
  phase: 'static',
  timeoutSeconds: 5,
  maxBytes: 4096,
  ...more,
});
const run = (where: Where, one: Ask): Request => ({ via: 'run', where, ask: one });

async function collect(options: FakeOptions, requests: readonly Request[], budgetMs = 20_000): Promise<Evidence[]> {
  api = await fakeApi(options);
  const door = openDoor({ flags: flagsFor(api), rung: 'exec', version: '1' });
  try {
    return await door.collect(requests, { budgetMs });
  } finally {
    await door.close();
  }
}
const answers = (evidence: readonly Evidence[]) => evidence.map(({ answer }) => answer);
const shells = ['dash', 'bash', 'busybox sh'];

describe('one exec answers everything asked of a place', () => {
  it.each(shells)('%s', async (words) => {
    const shell = words.split(' ');
    const where = node('w1', [container('agent')]);
    const asks = [
      ask('text', [aTry("printf 'a\\nb'")]),
      ask('second', [aTry('', ['nonesuch']), aTry('echo found; echo noise >&2', ['cat'])]),
      ask('around', [aTry('cat /proc/uptime')], { phase: 'around' }),
      ask('attempt', [aTry('sleep 1; echo tried', ['sleep'])], { phase: 'attempt' }),
      ask('big', [aTry('i=0; while [ $i -lt 9000 ]; do echo "line $i of many"; i=$((i+1)); done')], {
        maxBytes: 64 << 20,
      }),
      ask('nothing', [aTry(':')]),
    ];
    const evidence = await collect(
      { exec: () => ({ kind: 'run', shell }) },
      asks.map((one) => run(where, one)),
    );
    const [text, second, around, attempt, big, nothing] = answers(evidence);
    expect(text).toMatchObject({
      kind: 'answered',
      tool: 'cat',
      text: 'a\nb',
      exit: 0,
      through: 'kube-system/agent (main)',
    });
    expect(second).toMatchObject({ kind: 'answered', text: 'found\n', stderr: 'noise' });
    expect(attempt).toMatchObject({ kind: 'answered', text: 'tried\n' });
    expect(nothing).toMatchObject({ kind: 'answered', text: '' });
    if (big?.kind !== 'answered' || around?.kind !== 'answered') throw new Error('no answer');
    expect(big.text.split('\n')[8999]).toBe('line 8999 of many');
    expect(Number(around.after?.split(' ')[0])).toBeGreaterThanOrEqual(Number(around.text.split(' ')[0]) + 1);
    expect(around.elapsedMs).toBeGreaterThanOrEqual(1000);
    expect(api.seen.filter(({ url }) => url.includes('/exec'))).toHaveLength(1);
  });
});
