// One command in a container, over a WebSocket. Every wait is bounded; what the server said on refusing is kept.
import { StringDecoder } from 'node:string_decoder';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { deferred } from './deferred.js';
import type { Container } from './evidence.js';
import { fieldsOf, listOf, textOf } from './kubeconfig/config.js';
import { firstLine } from './kubeconfig/login.js';
import type { Transport } from './transport.js';

export type ExecEnd =
  | { readonly kind: 'exit'; readonly code: number; readonly stderr: string; readonly message: string }
  /** The upgrade was granted and the command did not start: no such program, no such container. */
  | { readonly kind: 'failed'; readonly message: string }
  /** The upgrade was not granted: status and body as they came. */
  | { readonly kind: 'refused'; readonly status: number; readonly body: string; readonly retryAfterSeconds?: number }
  | { readonly kind: 'lost'; readonly detail: string }
  | { readonly kind: 'silent'; readonly afterMs: number };

export interface Running {
  /** Settles once, whatever happens. */
  readonly ended: Promise<ExecEnd>;
  write(text: string): void;
  stop(): void;
  /** Empty, or what carried it in place of our own WebSocket: said beside each answer. */
  carrier(): string;
}

export interface ExecCall {
  readonly container: Container;
  readonly command: readonly string[];
  readonly onStdout: (chunk: Buffer) => void;
}

const HANDSHAKE_MS = 10_000;
/** As client-go does, so that proxies between do not take a quiet connection for a dead one. */
const PING_MS = 5_000;
const SILENCE_MS = 30_000;
const STDERR_LIMIT = 64 << 10;
const BODY_LIMIT = 64 << 10;
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const [STDIN, STDOUT, STDERR, STATUS] = [0, 1, 2, 3];

export function execPath({ namespace, pod, container }: Container, command: readonly string[]): string {
  const query = new URLSearchParams([
    ['container', container],
    ...command.map((word): [string, string] => ['command', word]),
    ['stdin', 'true'],
    ['stdout', 'true'],
    ['stderr', 'true'],
  ]);
  return `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query}`;
}

export async function openExec(transport: Transport, call: ExecCall): Promise<Running> {
  const { agent, headers } = await transport.dial();
  const url = transport.login.server.replace(/^http/, 'ws') + execPath(call.container, call.command);
  const socket = new WebSocket(url, PROTOCOLS, {
    agent,
    headers: flat(headers),
    handshakeTimeout: HANDSHAKE_MS,
    perMessageDeflate: false,
    maxPayload: 16 << 20,
  });
  return running(socket, call.onStdout);
}

function running(socket: WebSocket, onStdout: (chunk: Buffer) => void): Running {
  const { promise, resolve } = deferred<ExecEnd>();
  const settle = (end: ExecEnd) => {
    clearInterval(pulse);
    resolve(end);
    socket.terminate();
  };
  const pulse = heartbeat(socket, (afterMs) => settle({ kind: 'silent', afterMs }));
  const output = outputReader(onStdout);
  socket.on('message', (data: Buffer) => output.take(data));
  socket.on('unexpected-response', (_, response) => void readRefusal(response).then(settle));
  socket.on('error', (error) => settle({ kind: 'lost', detail: firstLine(error) }));
  // Neither status nor close frame: cut on the way. The command may have run or not.
  socket.on('close', (code) => settle(output.end() ?? { kind: 'lost', detail: `the connection closed (${code})` }));
  const queue: string[] = [];
  socket.on('open', () => queue.splice(0).forEach((text) => socket.send(frame(text))));
  return {
    ended: promise,
    write: (text) => (socket.readyState === WebSocket.OPEN ? socket.send(frame(text)) : queue.push(text)),
    stop: () => settle({ kind: 'lost', detail: 'stopped' }),
    carrier: () => '',
  };
}

const frame = (text: string): Buffer => Buffer.concat([Buffer.from([STDIN ?? 0]), Buffer.from(text)]);

/** Header values of ws are strings: several of one name travel as a list. */
function flat(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers));
}

function heartbeat(socket: WebSocket, onSilence: (afterMs: number) => void): NodeJS.Timeout {
  let heardMs = Date.now();
  const heard = () => (heardMs = Date.now());
  socket.on('message', heard).on('pong', heard).on('open', heard);
  return setInterval(() => {
    const quietMs = Date.now() - heardMs;
    if (quietMs > SILENCE_MS) onSilence(quietMs);
    else if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, PING_MS);
}

function outputReader(onStdout: (chunk: Buffer) => void): { take(data: Buffer): void; end(): ExecEnd | undefined } {
  const decoder = new StringDecoder('utf8');
  let stderr = '';
  let status = '';
  return {
    take(data) {
      const rest = data.subarray(1);
      if (data[0] === STDOUT && rest.length > 0) onStdout(rest);
      if (data[0] === STDERR && stderr.length < STDERR_LIMIT) stderr += decoder.write(rest);
      // Channels we do not know are none of our business: a newer server may have some.
      if (data[0] === STATUS) status += rest.toString('utf8');
    },
    end: () => (status ? exitOf(status, stderr + decoder.end()) : undefined),
  };
}

function exitOf(status: string, stderr: string): ExecEnd {
  try {
    const parsed = fieldsOf(JSON.parse(status));
    const message = textOf(parsed['message']) ?? '';
    if (parsed['status'] === 'Success') return { kind: 'exit', code: 0, stderr, message };
    const cause = listOf(fieldsOf(parsed['details'])['causes'])
      .map(fieldsOf)
      .find(({ reason }) => reason === 'ExitCode');
    const code = Number(cause?.['message'] ?? Number.NaN);
    return Number.isInteger(code) ? { kind: 'exit', code, stderr, message } : { kind: 'failed', message };
  } catch {
    return { kind: 'lost', detail: `the server ended with no status it could be read from: ${status.slice(0, 100)}` };
  }
}

async function readRefusal(response: IncomingMessage): Promise<ExecEnd> {
  let body = '';
  try {
    for await (const chunk of response.setTimeout(HANDSHAKE_MS, () => response.destroy())) {
      body += String(chunk);
      if (body.length > BODY_LIMIT) break;
    }
  } catch {
    // The status alone will have to do.
    body ||= '';
  }
  const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
  return {
    kind: 'refused',
    status: response.statusCode ?? 0,
    body,
    ...(Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {}),
  };
}
