// A CONNECT proxy between us and the API server: for calls and for execs, with the server's certificate still checked.
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openExec } from '../../../src/evidence/exec.js';
import { loadLogin } from '../../../src/evidence/kubeconfig/login.js';
import { openTransport } from '../../../src/evidence/transport.js';
import type { FakeApi } from '../../support/fake-api.js';
import { fakeApi, flagsFor } from '../../support/fake-api.js';

vi.setConfig({ testTimeout: 30_000 });
let api: FakeApi;
let proxy: http.Server;
let connects: string[];

beforeEach(async () => {
  connects = [];
  api = await fakeApi({ answer: () => ({ body: { kind: 'ok' } }), exec: () => ({ kind: 'run', shell: ['dash'] }) });
  proxy = http.createServer().on('connect', ({ url = '', headers }, client) => {
    connects.push(`${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    if (url.startsWith('refused')) return client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const server = net.connect(api.port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    client.on('error', () => server.destroy());
    return server.on('error', () => client.destroy());
  });
  await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready));
});
afterEach(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await api.close();
});

const open = (server: string) => {
  const { port } = proxy.address() as AddressInfo;
  const env = { HTTPS_PROXY: `http://jo:pw@127.0.0.1:${port}`, KUBECONFIG: '/nonexistent' };
  return openTransport(loadLogin({ ...flagsFor(api), server }, env), '1', env);
};

it('carries calls and execs through one tunnel each', async () => {
  const transport = open('https://api.test:6443');
  expect(await transport.call({ path: '/version' })).toMatchObject({ kind: 'answered', text: '{"kind":"ok"}' });
  await transport.call({ path: '/version' });
  let output = '';
  const container = { namespace: 'n', pod: 'p', container: 'c' };
  const running = await openExec(transport, {
    container,
    command: ['sh', '-c', 'echo through'],
    onStdout: (chunk) => (output += chunk.toString()),
  });
  expect(await running.ended).toMatchObject({ kind: 'exit', code: 0 });
  transport.close();
  expect(output).toBe('through\n');
  const login = `Basic ${Buffer.from('jo:pw').toString('base64')}`;
  expect([...new Set(connects)]).toEqual([`api.test:6443 ${login}`]);
  expect(connects.length).toBeLessThanOrEqual(2);
});

it('that refuses is named', async () => {
  const transport = open('https://refused.test:6443');
  const { port } = proxy.address() as AddressInfo;
  expect(await transport.call({ path: '/version' })).toEqual({
    kind: 'refused',
    gap: {
      kind: 'unreachable',
      detail: `Unable to connect to the server refused.test:6443: the proxy 127.0.0.1:${port} answered 403 to CONNECT refused.test:6443`,
    },
  });
  transport.close();
});
