// A SOCKS 5 proxy between us and the API server, as `ssh -D` opens one.
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openExec } from '../../../src/evidence/exec.js';
import { loadLogin } from '../../../src/evidence/kubeconfig/login.js';
import { openTransport } from '../../../src/evidence/transport.js';
import type { FakeApi } from '../../support/fake-api.js';
import { fakeApi, flagsFor } from '../../support/fake-api.js';

vi.setConfig({ testTimeout: 30_000 });
let api: FakeApi;
let proxy: net.Server;
/** What the proxy was told, in hex: its greeting, a login, the request. */
let heard: string[];
let wantsLogin = false;
let reply = 0;

beforeEach(async () => {
  heard = [];
  wantsLogin = false;
  reply = 0;
  api = await fakeApi({ answer: () => ({ body: { kind: 'ok' } }), exec: () => ({ kind: 'run', shell: ['dash'] }) });
  proxy = net.createServer((client) => void serve(client).catch(() => client.destroy()));
  await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready));
});
afterEach(async () => {
  proxy.close();
  await api.close();
});

async function serve(client: net.Socket): Promise<void> {
  const hear = async (): Promise<void> => {
    const [bytes] = (await once(client, 'data')) as [Buffer];
    heard.push(bytes.toString('hex'));
  };
  await hear();
  client.write(Buffer.from([5, wantsLogin ? 2 : 0]));
  if (wantsLogin) {
    await hear();
    client.write(Buffer.from([1, 0]));
  }
  await hear();
  // In two pieces: a stream has no messages.
  client.write(Buffer.from([5, reply, 0]));
  client.write(Buffer.from([1, 127, 0, 0, 1, 0, 80]));
  if (reply !== 0) return void client.end();
  const server = net.connect(api.port, '127.0.0.1');
  client.on('error', () => server.destroy());
  server.on('error', () => client.destroy());
  server.pipe(client).pipe(server);
}

const open = (server: string, proxyUrl: string) => {
  const { port } = proxy.address() as AddressInfo;
  const env = { HTTPS_PROXY: proxyUrl.replace('PORT', String(port)), KUBECONFIG: '/nonexistent' };
  return openTransport(loadLogin({ ...flagsFor(api), server }, env), '1', env);
};
const hex = (text: string): string => Buffer.from(text).toString('hex');

it('carries calls and execs, and resolves the name itself', async () => {
  const transport = open('https://api.test:6443', 'socks5://127.0.0.1:PORT');
  expect(await transport.call({ path: '/version' })).toMatchObject({ kind: 'answered', text: '{"kind":"ok"}' });
  let output = '';
  const running = await openExec(transport, {
    container: { namespace: 'n', pod: 'p', container: 'c' },
    command: ['sh', '-c', 'echo through'],
    onStdout: (chunk) => (output += chunk.toString()),
  });
  expect(await running.ended).toMatchObject({ kind: 'exit', code: 0 });
  transport.close();
  expect(output).toBe('through\n');
  expect(heard.slice(0, 2)).toEqual(['050100', `0501000308${hex('api.test')}192b`]);
});

it.each([
  ['https://192.0.2.7:443', '05010001c000020701bb'],
  ['https://[2001:db8::7]:443', '0501000420010db800000000000000000000000701bb'],
])('is given the address of %s as an address', async (server, request) => {
  const transport = open(server, 'socks5h://127.0.0.1:PORT');
  await transport.call({ path: '/version' });
  transport.close();
  expect(heard[1]).toBe(request);
});

it('is told who we are where it asks', async () => {
  wantsLogin = true;
  const transport = open('https://api.test:6443', 'socks5://jo:p%40w@127.0.0.1:PORT');
  expect(await transport.call({ path: '/version' })).toMatchObject({ kind: 'answered' });
  transport.close();
  expect(heard.slice(0, 2)).toEqual(['05020002', `0102${hex('jo')}03${hex('p@w')}`]);
});

it.each([
  ['a login that we have not', () => (wantsLogin = true), 'wants a login'],
  ['a target that it cannot reach', () => (reply = 5), 'could not connect to api.test:6443: connection refused'],
])('is named for %s', async (_, prepare, words) => {
  prepare();
  const transport = open('https://api.test:6443', 'socks5://127.0.0.1:PORT');
  const { port } = proxy.address() as AddressInfo;
  expect(await transport.call({ path: '/version' })).toEqual({
    kind: 'refused',
    gap: {
      kind: 'unreachable',
      detail: `Unable to connect to the server api.test:6443: the proxy 127.0.0.1:${port} ${words}`,
    },
  });
  transport.close();
});

it('of a kind that we do not know is refused by name', async () => {
  const transport = open('https://api.test:6443', 'socks4://127.0.0.1:PORT');
  expect(await transport.call({ path: '/version' })).toMatchObject({
    gap: { detail: expect.stringContaining('proxies of kind socks4: are not supported') as string },
  });
  transport.close();
});
