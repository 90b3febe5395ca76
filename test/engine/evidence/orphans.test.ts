// What we start, we also wait for: the first process of a container is rarely an init, and keeps what is left to it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openDoor } from '../../../src/evidence/door.js';
import type { Ask, Request } from '../../../src/evidence/evidence.js';
import { connectAsk } from '../../../src/facts/asks/attempt.js';
import { until } from '../../lab/run.js';
import { fakeApi, flagsFor } from '../../support/fake-api.js';

vi.setConfig({ testTimeout: 60_000 });
const folder = mkdtempSync(join(tmpdir(), 'netdiag-orphans-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** prctl(PR_SET_CHILD_SUBREAPER): orphans come to this process as they come to process 1 of a container. */
const FIRST_PROCESS = `import ctypes, os, subprocess, sys, time
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
shell = subprocess.Popen(sys.argv[2:])
code = shell.wait()
time.sleep(1.5)
left = []
for pid in open('/proc/self/task/%d/children' % os.getpid()).read().split():
    left.append(open('/proc/%s/stat' % pid).read().split(') ')[0] + ')')
open(sys.argv[1], 'w').write('left: ' + ' '.join(left))
sys.exit(code)
`;
const works = ((): boolean => {
  try {
    const children = 'import os; open("/proc/self/task/%d/children" % os.getpid())';
    return process.platform === 'linux' && execFileSync('python3', ['-c', children]).length === 0;
  } catch {
    return false;
  }
})();

const ask = (id: string, script: string, more: Partial<Ask> = {}): Ask => ({
  id,
  tries: [{ tool: 'sh', needs: ['cat'], script, shown: script }],
  phase: 'static',
  timeoutSeconds: 2,
  maxBytes: 4096,
  ...more,
});
const where = {
  kind: 'node' as const,
  name: 'w1',
  agents: [{ namespace: 'kube-system', pod: 'a', container: 'main' }],
  ready: true,
};
const run = (one: Ask): Request => ({ via: 'run', where, ask: one });

/** What one run leaves behind in a container with this shell. */
async function leftBy(shell: string, asks: readonly Ask[], budgetMs: number): Promise<string> {
  const report = join(folder, `${shell.replace(' ', '-')}-${asks.length}-${budgetMs}`);
  const mode = { kind: 'run' as const, shell: ['python3', '-c', FIRST_PROCESS, report, ...shell.split(' ')] };
  const api = await fakeApi({ exec: () => mode });
  const door = openDoor({ flags: flagsFor(api), rung: 'exec', version: '1' });
  await door.collect(asks.map(run), { budgetMs });
  await door.close();
  const left = await until('the report', 15_000, () => {
    try {
      return Promise.resolve(readFileSync(report, 'utf8'));
    } catch {
      return Promise.resolve(undefined);
    }
  });
  await api.close();
  return left;
}

describe.skipIf(!works).each(['dash', 'bash', 'busybox sh'])(
  'nothing is left to process 1 of a container, %s',
  (shell) => {
    it.concurrent('by questions that are answered', async () => {
      const connect = connectAsk({ address: '127.0.0.1', port: 1, count: 2 });
      // Many, because a watchdog may be called off at any moment of its own.
      const many = Array.from({ length: 40 }, (_, at) => ask(`${at}`, at % 2 ? 'cat /proc/self/stat' : 'cat /nowhere'));
      const asks = [...many, connect];
      expect(await leftBy(shell, asks, 20_000)).toBe('left: ');
    });

    it.concurrent('by a large answer, which is compressed', async () => {
      expect(await leftBy(shell, [ask('big', 'echo 1', { maxBytes: 64 << 20 }), ask('small', 'echo 2')], 20_000)).toBe(
        'left: ',
      );
    });

    it.concurrent('by a tool that hangs', async () => {
      expect(await leftBy(shell, [ask('hung', 'sleep 77; echo no'), ask('other', 'echo 1')], 20_000)).toBe('left: ');
    });

    it.concurrent('by a run that is cut off', async () => {
      const asks = [
        ask('hung', 'sleep 77; true', { timeoutSeconds: 30 }),
        ask('a', 'echo 1'),
        ask('b', 'sleep 78', { timeoutSeconds: 30 }),
      ];
      expect(await leftBy(shell, asks, 1_000)).toBe('left: ');
    });
  },
);
