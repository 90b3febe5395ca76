// What a server, a proxy or the network may do to an exec, and what we then say.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDoor } from '../../../src/evidence/door.js';
import type { Answer, Ask, Container, Request, Try, Where } from '../../../src/evidence/evidence.js';
import type { ExecMode, FakeApi, FakeOptions } from '../../support/fake-api.js';
import { fakeApi, flagsFor, status } from '../../support/fake-api.js';

vi.setConfig({ testTimeout: 60_000 });
let api: FakeApi;
afterEach(() => api.close());

const dash: ExecMode = { kind: 'run', shell: ['dash'] };
const agent = (pod: string): Container => ({ namespace: 'kube-system', pod, container: 'main' });
const node = (name: string, ...agents: readonly Container[]): Where => ({ kind: 'node', name, agents, ready: true });
const aTry = (script: string, needs: readonly string[] = ['cat']): Try => ({
  tool: needs[0] ?? '',
  needs,
  script,
  shown: script,
});
const ask = (id: string, script: string, more: Partial<Ask> = {}): Ask => ({
  id,
  tries: [aTry(script)],
  phase: 'static',
  timeoutSeconds: 5,
  maxBytes: 4096,
  ...more,
});
const run = (where: Where, one: Ask): Request => ({ via: 'run', where, ask: one });

async function collect(options: FakeOptions, requests: readonly Request[], budgetMs = 20_000): Promise<Answer[]> {
  api = await fakeApi(options);
  const door = openDoor({ flags: flagsFor(api), rung: 'exec', version: '1' });
  const evidence = await door.collect(requests, { budgetMs });
  await door.close();
  return evidence.map(({ answer }) => answer);
}
const one = async (
  mode: ExecMode,
  script = 'echo hi',
  { budgetMs, ...more }: Partial<Ask> & { budgetMs?: number } = {},
) => (await collect({ exec: () => mode }, [run(node('w1', agent('a')), ask('q', script, more))], budgetMs))[0];
const gap = (detail: object) => ({ kind: 'refused', gap: detail });

describe('four kinds of no answer', () => {
  it('no such tool', async () => {
    const tries = [aTry('x', ['nonesuch']), aTry('y', ['neither'])];
    expect(await one(dash, '', { tries })).toEqual(
      gap({ kind: 'no-such-tool', tools: ['nonesuch', 'neither'], detail: 'kube-system/a (main) cannot tell q' }),
    );
  });

  it('denied', async () => {
    const script = 'echo "Could not fetch rule set: Permission denied (you must be root)" >&2; exit 4';
    expect(await one(dash, script)).toMatchObject(gap({ kind: 'out-of-reach', rung: 'node' }));
  });

  it('failed, with the tool’s own words', async () => {
    expect(await one(dash, 'echo "no such device eth9" >&2; exit 1')).toEqual(
      gap({
        kind: 'refused',
        detail:
          'echo "no such device eth9" >&2; exit 1 in kube-system/a (main) ended with exit code 1: no such device eth9',
      }),
    );
  });

  it('timed out, alone: the others answer, and nothing of it is left', async () => {
    const where = node('w1', agent('a'));
    const hung = ask('hung', 'echo part; (sleep 4321 | cat); true', { timeoutSeconds: 1 });
    const answers = await collect({ exec: () => dash }, [run(where, hung), run(where, ask('other', 'echo there'))]);
    expect(answers[0]).toMatchObject(gap({ kind: 'timeout' }));
    expect(answers[1]).toMatchObject({ kind: 'answered', text: 'there\n' });
    expect(running('sleep 4321')).toBe('');
  });

  it('too long, and never passed on in part', async () => {
    const script = 'i=0; while [ $i -lt 999 ]; do echo "line $i"; i=$((i+1)); done';
    expect(await one(dash, script, { maxBytes: 100 })).toEqual(
      gap({ kind: 'truncated', bytes: 100, detail: 'q in kube-system/a (main)' }),
    );
  });

  it('endless output is stopped', async () => {
    const script = 'while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done';
    expect(await one(dash, script, { maxBytes: 100, timeoutSeconds: 20 })).toMatchObject(gap({ kind: 'truncated' }));
  });
});

const running = (words: string): string => {
  const all = execFileSync('ps', ['-eo', 'args']).toString().split('\n');
  return all.filter((line) => line.startsWith(words)).join('\n');
};

describe('a server that refuses', () => {
  it('names the verb that is missing', async () => {
    const says =
      'pods "a" is forbidden: User "jo" cannot create resource "pods/exec" in API group "" in the namespace "x"';
    expect(await one({ kind: 'refuse', status: 403, body: status(403, says) })).toEqual(
      gap({ kind: 'forbidden', permission: 'create pods/exec in kube-system', detail: says }),
    );
  });

  it('404: the pod is gone', async () => {
    expect(await one({ kind: 'refuse', status: 404, body: status(404, 'pods "a" not found') })).toEqual(
      gap({ kind: 'refused', detail: 'exec in kube-system/a (main): pods "a" not found' }),
    );
  });

  it('429 with Retry-After is tried again', async () => {
    const busy: ExecMode = { kind: 'refuse', status: 429, body: status(429, 'busy'), headers: { 'Retry-After': '1' } };
    const answers = await collect({ exec: (_, count) => (count === 1 ? busy : dash) }, [
      run(node('w1', agent('a')), ask('q', 'echo hi')),
    ]);
    expect(answers[0]).toMatchObject({ kind: 'answered', text: 'hi\n' });
  });

  it('an image without a shell is said to have none', async () => {
    const message = 'OCI runtime exec failed: exec: "sh": executable file not found in $PATH: unknown';
    expect(await one({ kind: 'status', status: { status: 'Failure', message } })).toEqual(
      gap({ kind: 'no-such-tool', tools: ['sh'], detail: 'kube-system/a (main) has no shell' }),
    );
  });

  it('one container refused, the next one is asked', async () => {
    const broken: ExecMode = { kind: 'refuse', status: 500, body: status(500, 'broken') };
    const answers = await collect({ exec: ({ pathname }) => (pathname.includes('/pods/a/') ? broken : dash) }, [
      run(node('w1', agent('a'), agent('b')), ask('q', 'echo hi')),
    ]);
    expect(answers[0]).toMatchObject({ kind: 'answered', through: 'kube-system/b (main)' });
  });

  it('why the one that had the tool failed says more than that another has none', async () => {
    const message = 'OCI runtime exec failed: exec: "sh": executable file not found in $PATH: unknown';
    const bare: ExecMode = { kind: 'status', status: { status: 'Failure', message } };
    const answers = await collect({ exec: ({ pathname }) => (pathname.includes('/pods/a/') ? bare : dash) }, [
      run(node('w1', agent('a'), agent('b')), ask('q', 'echo no such map >&2; false')),
    ]);
    expect(answers[0]).toMatchObject(
      gap({
        kind: 'refused',
        detail: expect.stringContaining('kube-system/b (main) ended with exit code 1: no such map'),
      }),
    );
  });
});

describe('a connection that fails', () => {
  it('dropped in the middle: what was finished is kept, the rest is not known', async () => {
    const where = node('w1', agent('a'));
    const small = ask('small', 'echo first');
    const large = ask('large', 'i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done', {
      maxBytes: 999_999,
    });
    const mode: ExecMode = { kind: 'drop', afterBytes: 60_000, shell: ['dash'] };
    const [, lost] = await collect({ exec: () => mode }, [run(where, small), run(where, large)]);
    expect(lost).toMatchObject(gap({ kind: 'unreachable' }));
  });

  it('an upgrade never answered ends with the time for the run', async () => {
    expect(await one({ kind: 'hang' }, 'echo hi', { budgetMs: 1500 })).toMatchObject(gap({ kind: 'timeout' }));
  });

  it('a socket gone silent ends with the time for the run', async () => {
    expect(await one({ kind: 'silent' }, 'echo hi', { budgetMs: 1500 })).toMatchObject(gap({ kind: 'timeout' }));
  });
});

describe('whatever becomes of us', () => {
  it.each(['dash', 'bash', 'busybox sh'])('nothing of ours stays behind in %s', async (words) => {
    const mode: ExecMode = { kind: 'run', shell: words.split(' ') };
    const phases = ['static', 'attempt'] as const;
    for (const phase of phases) {
      const work = one(mode, 'sleep 5432; true', { phase, timeoutSeconds: 30, budgetMs: 1000 });
      await sleep(700);
      await work;
      await api.close();
    }
    await sleep(1500);
    expect(running('sleep 5432')).toBe('');
    api = await fakeApi();
  });

  it('a script cut short on its way does not run', () => {
    const boot = `s=;while IFS= read -r l;do [ "$l" = end ]&&{ eval "$s";exit;};s="$s$l\n";done`;
    const output = execFileSync('dash', ['-c', boot], { input: 'echo ran\n' }).toString();
    expect(output).toBe('');
  });
});

describe('protocols', () => {
  it('v4 is spoken where v5 is not', async () => {
    const answers = await collect({ exec: () => dash, protocols: ['v4.channel.k8s.io'] }, [
      run(node('w1', agent('a')), ask('q', 'echo hi')),
    ]);
    expect(answers[0]).toMatchObject({ kind: 'answered', text: 'hi\n' });
  });

  it('the same identity is shown as on HTTP', async () => {
    api = await fakeApi({ exec: () => dash });
    const flags = { ...flagsFor(api), token: 't', as: 'jo', asGroup: ['a', 'b'] };
    const door = openDoor({ flags, rung: 'exec', version: '1' });
    await door.collect([run(node('w1', agent('a')), ask('q', 'echo hi'))]);
    await door.close();
    const upgrade = api.seen.find(({ url }) => url.includes('/exec'));
    expect(upgrade?.headers.filter((line) => /^(Authorization|Impersonate)/.test(line))).toEqual([
      'Authorization: Bearer t',
      'Impersonate-User: jo',
      'Impersonate-Group: a',
      'Impersonate-Group: b',
    ]);
  });
});
