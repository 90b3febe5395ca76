// SOCKS 5 (RFC 1928, RFC 1929): what `ssh -D` offers and a kubeconfig's proxy-url may name.
import net from 'node:net';
import { once } from 'node:events';
import { numberOf } from './kubeconfig/proxy.js';

const VERSION = 5;
const [NO_LOGIN, LOGIN, NONE_OF_THESE] = [0, 2, 255];
const CONNECT = 1;
const [IPV4, NAME, IPV6] = [1, 3, 4];
/** RFC 1928, section 6, from 1 on. */
const REPLIES = [
  'general failure',
  'not allowed by its rules',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'TTL expired',
  'command not supported',
  'kind of address not supported',
];

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A socket that the proxy has connected to the target. Names are resolved there, as Go does for socks5 and socks5h. */
export async function openSocks(proxy: URL, target: Target, timeoutMs: number): Promise<net.Socket> {
  const host = proxy.hostname.replace(/^\[|\]$/g, '');
  const socket = net.connect({ host, port: Number(proxy.port || 1080), noDelay: true });
  const late = setTimeout(() => socket.destroy(new Error(`the proxy ${proxy.host} did not answer`)), timeoutMs);
  try {
    await once(socket, 'connect');
    await greet(socket, proxy);
    await connect(socket, proxy, target);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(late);
  }
}

async function greet(socket: net.Socket, proxy: URL): Promise<void> {
  const methods = proxy.username ? [NO_LOGIN, LOGIN] : [NO_LOGIN];
  socket.write(Buffer.from([VERSION, methods.length, ...methods]));
  const [version, method] = await read(socket, 2);
  if (version !== VERSION) throw new Error(`${proxy.host} does not speak SOCKS 5`);
  if (method === NONE_OF_THESE || (method === LOGIN && !proxy.username))
    throw new Error(`the proxy ${proxy.host} wants a login`);
  if (method !== LOGIN) return;
  const words = [proxy.username, proxy.password].map((word) => Buffer.from(decodeURIComponent(word)));
  socket.write(Buffer.concat([Buffer.from([1]), ...words.flatMap((word) => [Buffer.from([word.length]), word])]));
  const [, status] = await read(socket, 2);
  if (status !== 0) throw new Error(`the proxy ${proxy.host} refused the login`);
}

async function connect(socket: net.Socket, proxy: URL, { host, port }: Target): Promise<void> {
  socket.write(Buffer.from([VERSION, CONNECT, 0, ...addressBytes(host), port >> 8, port & 255]));
  const [, reply = 1, , kind] = await read(socket, 4);
  if (reply !== 0) {
    const why = REPLIES[reply - 1] ?? `reply ${reply}`;
    throw new Error(`the proxy ${proxy.host} could not connect to ${host}:${port}: ${why}`);
  }
  // The address it dials from, which nobody needs; what comes behind it belongs to the target.
  const length = kind === IPV4 ? 4 : kind === IPV6 ? 16 : ((await read(socket, 1))[0] ?? 0);
  await read(socket, length + 2);
}

function addressBytes(host: string): readonly number[] {
  const bare = host.replace(/^\[|\]$/g, '');
  const family = net.isIP(bare);
  if (family === 0) return [NAME, host.length, ...Buffer.from(host)];
  const digits = family === 4 ? 8 : 32;
  return [family === 4 ? IPV4 : IPV6, ...Buffer.from(numberOf(bare).toString(16).padStart(digits, '0'), 'hex')];
}

/** Exactly so many bytes; what came behind them goes back, for it may be the target's. */
async function read(socket: net.Socket, bytes: number): Promise<Buffer> {
  let held = Buffer.alloc(0);
  while (held.length < bytes) {
    // All there is: asking for more than is there wakes up at once, and again, for what is there already.
    const chunk: unknown = socket.read();
    if (Buffer.isBuffer(chunk)) held = Buffer.concat([held, chunk]);
    else if (socket.readableEnded || socket.destroyed) throw new Error('the proxy closed the connection');
    else await Promise.race([once(socket, 'readable'), once(socket, 'end'), once(socket, 'close')]);
  }
  if (held.length > bytes) socket.unshift(held.subarray(bytes));
  return held.subarray(0, bytes);
}
