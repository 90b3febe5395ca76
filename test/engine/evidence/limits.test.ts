// What a person bounds by flags: commands, and the list of nodes.
import { afterEach, expect, it, vi } from 'vitest';
import { openDoor, type DoorOptions } from '../../../src/evidence/door.js';
import type { Ask, Evidence, Request, Where } from '../../../src/evidence/evidence.js';
import { fakeApi, flagsFor, type FakeApi } from '../../support/fake-api.js';

vi.setConfig({ testTimeout: 30_000 });

let api: FakeApi;
afterEach(() => api.close());

async function collect(requests: readonly Request[], options: Partial<DoorOptions>): Promise<Evidence[]> {
  api = await fakeApi({ answer: () => ({ body: { kind: 'List', apiVersion: 'v1', metadata: {}, items: [] } }) });
  const door = openDoor({ flags: flagsFor(api), rung: 'exec', version: '1', ...options });
  try {
    return await door.collect(requests);
  } finally {
    await door.close();
  }
}

it('--skip-node-list leaves the list unread, and nothing else', async () => {
  const requests: Request[] = ['/api/v1/nodes', '/api/v1/nodes/w1', '/api/v1/pods'].map((path) => ({
    via: 'api',
    path,
    shape: path.endsWith('w1') ? 'object' : 'list',
  }));
  const [list, ...others] = await collect(requests, { skipNodeList: true });
  expect(list?.answer).toEqual({
    kind: 'refused',
    gap: { kind: 'not-collected', detail: 'the list of nodes was skipped (--skip-node-list)' },
  });
  expect(others.map(({ answer }) => answer.kind)).toEqual(['answered', 'answered']);
  expect(api.seen.map(({ url }) => url).toSorted()).toEqual(['/api/v1/nodes/w1', '/api/v1/pods?limit=500']);
});

const AGENT = { namespace: 'kube-system', pod: 'agent', container: 'main' };
const NODE: Where = { kind: 'node', name: 'w1', agents: [AGENT], ready: true };
const sleeping = (phase: Ask['phase']): Request => ({
  via: 'run',
  where: NODE,
  ask: {
    id: phase,
    tries: [{ tool: 'sleep', needs: ['sleep'], script: 'sleep 2; echo done', shown: 'sleep 2' }],
    phase,
    timeoutSeconds: 9,
    maxBytes: 4096,
  },
});

it('--check-timeout ends a command, and no attempt: that is timed by what it measures', async () => {
  const [command, attempt] = await collect([sleeping('static'), sleeping('attempt')], { commandSeconds: 1 });
  expect(command?.answer).toMatchObject({ kind: 'refused', gap: { kind: 'timeout' } });
  expect(attempt?.answer).toMatchObject({ kind: 'answered', text: 'done\n' });
});
