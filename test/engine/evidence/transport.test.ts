import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadLogin } from '../../../src/evidence/kubeconfig/login.js';
import type { Overrides } from '../../../src/evidence/kubeconfig/overrides.js';
import { listAll } from '../../../src/evidence/list.js';
import type { Transport } from '../../../src/evidence/transport.js';
import { openTransport } from '../../../src/evidence/transport.js';
import type { Canned, FakeApi, FakeOptions, Seen } from '../../support/fake-api.js';
import { fakeApi, flagsFor, status } from '../../support/fake-api.js';

vi.setConfig({ testTimeout: 30_000 });

let api: FakeApi;
let transport: Transport;
afterEach(async () => {
  transport.close();
  await api.close();
});

async function open(answer: FakeOptions['answer'], flags: Overrides = {}): Promise<Transport> {
  api = await fakeApi(answer ? { answer } : {});
  transport = openTransport(loadLogin({ ...flagsFor(api), ...flags }, {}), '1.2.3', {});
  return transport;
}
/** Answers in turn; the last one again and again. */
const turns = (...canned: readonly Canned[]) => {
  let at = 0;
  return () => canned[Math.min(at++, canned.length - 1)];
};

describe('one connection', () => {
  it('carries fifty calls in a row', async () => {
    await open(turns({ body: { kind: 'ok' } }));
    for (let call = 0; call < 50; call++) await transport.call({ path: '/version' });
    expect(api.sockets()).toBe(1);
  });

  it('is not opened more than twelve times for fifty calls at once', async () => {
    await open(turns({ body: { kind: 'ok' } }));
    await Promise.all(Array.from({ length: 50 }, () => transport.call({ path: '/version' })));
    expect(api.sockets()).toBeLessThanOrEqual(12);
  });

  it('says who we are in audit logs', async () => {
    await open(turns({ body: {} }));
    await transport.call({ path: '/version' });
    expect(api.seen[0]?.headers).toContain(`User-Agent: kubectl-netdiag/1.2.3 (${process.platform}/${process.arch})`);
  });
});

describe('a refusal', () => {
  it('of permission names the permission and keeps the words of the server', async () => {
    const says = 'pods "web" is forbidden: User "jo" cannot get resource "pods/log"';
    await open(turns({ status: 403, body: status(403, says) }));
    expect(await transport.call({ path: '/api/v1/namespaces/shop/pods/web/log?tailLines=5' })).toEqual({
      kind: 'refused',
      status: 403,
      gap: { kind: 'forbidden', permission: 'get pods/log in shop', detail: says },
    });
  });

  it('404 is knowledge', async () => {
    await open(turns({ status: 404, body: status(404, 'pods "x" not found') }));
    expect(await transport.call({ path: '/x' })).toEqual({ kind: 'absent', says: 'pods "x" not found' });
  });

  it('401 is told as kubectl tells it', async () => {
    await open(turns({ status: 401, body: status(401, 'Unauthorized') }));
    expect(await transport.call({ path: '/x' })).toMatchObject({
      gap: { kind: 'unreachable', detail: 'You must be logged in to the server (Unauthorized)' },
    });
  });

  it('of the connection is told as kubectl tells it', async () => {
    await open(undefined);
    await api.close();
    expect(await transport.call({ path: '/x' })).toEqual({
      kind: 'refused',
      gap: {
        kind: 'unreachable',
        detail: `The connection to the server 127.0.0.1:${api.port} was refused - did you specify the right host or port?`,
      },
    });
  });
});

describe('trying again', () => {
  it('waits as long as Retry-After says, then gets its answer', async () => {
    await open(turns({ status: 429, headers: { 'Retry-After': '1' } }, { body: { kind: 'ok' } }));
    const startedMs = performance.now();
    expect(await transport.call({ path: '/x' })).toEqual({ kind: 'answered', status: 200, text: '{"kind":"ok"}' });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1000);
  });

  it('does not come back to a 500 that names no time', async () => {
    await open(turns({ status: 500, body: status(500, 'etcdserver: leader changed') }));
    expect(await transport.call({ path: '/x' })).toMatchObject({
      gap: { kind: 'refused', detail: 'etcdserver: leader changed' },
    });
    expect(api.seen).toHaveLength(1);
  });

  it('never waits past its own deadline', async () => {
    await open(turns({ status: 503, headers: { 'Retry-After': '9' }, body: status(503, 'shutting down') }));
    const startedMs = performance.now();
    expect(await transport.call({ path: '/x', timeoutMs: 500 })).toMatchObject({ gap: { detail: 'shutting down' } });
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  it('repeats a GET that was cut, and no POST', async () => {
    await open(turns({ cut: true }, { body: { kind: 'ok' } }));
    expect(await transport.call({ path: '/x' })).toMatchObject({ kind: 'answered' });
    transport.close();
    await api.close();
    await open(turns({ cut: true }, { body: { kind: 'ok' } }));
    expect(await transport.call({ path: '/x', method: 'POST', body: {} })).toMatchObject({
      gap: { kind: 'unreachable' },
    });
    expect(api.seen).toHaveLength(1);
  });
});

describe('bounds', () => {
  it('a silent server is a timeout with its milliseconds', async () => {
    await open(turns({ hang: true }));
    const got = await transport.call({ path: '/x', timeoutMs: 300 });
    if (got.kind !== 'refused' || got.gap.kind !== 'timeout') throw new Error('no timeout');
    expect(got.gap.detail).toBe('/x: the whole request took too long');
    expect(got.gap.afterMs).toBeGreaterThanOrEqual(295);
    expect(got.gap.afterMs).toBeLessThan(1500);
  });

  it('an answer too long is cut off and said to be', async () => {
    await open(turns({ body: 'x'.repeat(10_000) }));
    expect(await transport.call({ path: '/x', maxBytes: 1000 })).toEqual({
      kind: 'refused',
      gap: { kind: 'truncated', bytes: 1000, detail: 'answer to /x' },
    });
  });

  it('reads a compressed answer, and counts what it unfolds to', async () => {
    const body = gzipSync('y'.repeat(100_000));
    await open(turns({ body, headers: { 'Content-Encoding': 'gzip' } }));
    expect(await transport.call({ path: '/x' })).toMatchObject({ text: 'y'.repeat(100_000) });
    expect(await transport.call({ path: '/x', maxBytes: 50_000 })).toMatchObject({ gap: { kind: 'truncated' } });
  });
});

/** A list of `total` nodes in pages, each answered after `delayMs` where its head is sent first. */
function pages(total: number): (request: Seen) => Canned {
  return ({ url }) => {
    const query = new URL(url, 'https://x').searchParams;
    const from = Number(query.get('continue') ?? 0);
    const to = Math.min(total, from + Number(query.get('limit')));
    const items = Array.from({ length: to - from }, (_, at) => ({
      metadata: { name: `n${from + at}`, managedFields: [{ manager: 'kubelet' }] },
      status: { conditions: [{ type: 'Ready', status: 'True', message: 'long' }] },
    }));
    const metadata = { resourceVersion: '7', ...(to < total ? { continue: String(to) } : {}) };
    return { body: { kind: 'NodeList', apiVersion: 'v1', metadata, items } };
  };
}

describe('a list', () => {
  it('is walked in pages of 500 and cut down to the fields used', async () => {
    await open(pages(1201));
    const fields = ['metadata.name', 'status.conditions.*.type'];
    const got = await listAll(transport, { path: '/api/v1/nodes', fields });
    if (got.kind !== 'answered') throw new Error('no list');
    const list = JSON.parse(got.text);
    expect(list.kind).toBe('NodeList');
    expect(list.metadata).toEqual({ resourceVersion: '7' });
    expect(list.items).toHaveLength(1201);
    expect(list.items[1200]).toEqual({ metadata: { name: 'n1200' }, status: { conditions: [{ type: 'Ready' }] } });
    expect(api.seen.map(({ url }) => url)).toEqual([
      '/api/v1/nodes?limit=500',
      '/api/v1/nodes?limit=500&continue=500',
      '/api/v1/nodes?limit=500&continue=1000',
    ]);
  });

  it('starts over once when its token has expired', async () => {
    let expired = false;
    const walk = pages(600);
    await open((request) => {
      if (!request.url.includes('continue') || expired) return walk(request);
      expired = true;
      return { status: 410, body: status(410, 'The provided continue parameter is too old') };
    });
    const got = await listAll(transport, { path: '/api/v1/nodes' });
    expect(got.kind === 'answered' && JSON.parse(got.text).items).toHaveLength(600);
    expect(api.seen).toHaveLength(4);
  });

  it('keeps the selector of its path', async () => {
    await open(pages(1));
    await listAll(transport, { path: '/api/v1/pods?labelSelector=app%3Dweb' });
    expect(api.seen[0]?.url).toBe('/api/v1/pods?labelSelector=app%3Dweb&limit=500');
  });

  it.each([{ kind: 'Status' }, { items: ['a'] }])('that is %o is unreadable, not empty', async (body) => {
    await open(turns({ body }));
    expect(await listAll(transport, { path: '/x' })).toMatchObject({
      gap: { kind: 'unreadable', detail: expect.stringMatching(/^the answer is no list: \{"/) },
    });
  });

  it('whose items are null is empty', async () => {
    await open(turns({ body: { kind: 'PodList', items: null } }));
    const got = await listAll(transport, { path: '/x' });
    expect(got.kind === 'answered' && JSON.parse(got.text)).toEqual({ kind: 'PodList', metadata: {}, items: [] });
  });

  it('that is no JSON is unreadable, not empty', async () => {
    await open(turns({ body: '<html>proxy</html>' }));
    expect(await listAll(transport, { path: '/x' })).toMatchObject({
      gap: { kind: 'unreadable', detail: 'the list is no JSON: <html>proxy</html>' },
    });
  });
});

describe('impersonation', () => {
  it('sends user, groups, uid and extra, each value on a line of its own', async () => {
    await open(turns({ body: {} }), {
      as: 'jo',
      asUid: '42',
      asGroup: ['dev', 'ops'],
      asUserExtra: ['example.com/scopes=a', 'example.com/scopes=b=c'],
    });
    await transport.call({ path: '/x' });
    expect(api.seen[0]?.headers.filter((line) => line.startsWith('Impersonate'))).toEqual([
      'Impersonate-User: jo',
      'Impersonate-Uid: 42',
      'Impersonate-Group: dev',
      'Impersonate-Group: ops',
      'Impersonate-Extra-example.com%2Fscopes: a',
      'Impersonate-Extra-example.com%2Fscopes: b=c',
    ]);
  });
});
