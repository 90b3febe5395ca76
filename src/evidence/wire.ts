// One HTTP exchange with a deadline on each of its parts. Never throws: what went wrong is the answer.
import http from 'node:http';
import https from 'node:https';
import { createGunzip } from 'node:zlib';
import { CONNECT_MS } from './agent.js';
import { deferred } from './deferred.js';

export interface Exchange {
  readonly url: string;
  readonly method: string;
  readonly headers: http.OutgoingHttpHeaders;
  readonly agent: http.Agent;
  readonly body?: string;
  /** For the whole exchange. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Called when a good answer begins: what takes its body as it comes, in place of the text. */
  readonly onBody?: () => (chunk: Buffer) => void;
  readonly signal?: AbortSignal;
}

export type Exchanged =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly headers: http.IncomingHttpHeaders;
      readonly text: string;
    }
  | { readonly kind: 'timeout'; readonly afterMs: number; readonly detail: string }
  | { readonly kind: 'truncated'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string };

const FIRST_BYTE_MS = 15_000;
const IDLE_MS = 30_000;

export function exchange(call: Exchange): Promise<Exchanged> {
  const { promise, resolve } = deferred<Exchanged>();
  const startedMs = Date.now();
  const request = (call.url.startsWith('https:') ? https : http).request(call.url, {
    method: call.method,
    headers: call.headers,
    agent: call.agent,
    ...(call.signal ? { signal: call.signal } : {}),
  });
  const settle = (result: Exchanged) => {
    clearTimeout(whole);
    clearTimeout(part);
    resolve(result);
    if (result.kind !== 'reply') request.destroy();
  };
  const late = (detail: string) => settle({ kind: 'timeout', afterMs: Date.now() - startedMs, detail });
  const whole = setTimeout(() => late('the whole request took too long'), call.timeoutMs);
  let part = setTimeout(() => late('no connection'), CONNECT_MS);
  const rearm = (ms: number, detail: string) => {
    clearTimeout(part);
    part = setTimeout(() => late(detail), ms);
  };
  const opened = () => rearm(FIRST_BYTE_MS, 'connected, and not a byte of an answer');
  request.on('socket', (socket) => {
    if (!socket.connecting) return opened();
    return socket.once(call.url.startsWith('https:') ? 'secureConnect' : 'connect', opened);
  });
  request.on('error', (error) => settle({ kind: 'failed', code: codeOf(error), detail: error.message }));
  request.on('response', (response) => {
    rearm(IDLE_MS, 'the answer stopped half-way');
    receive(response, call, { settle, beat: () => part.refresh() });
  });
  request.end(call.body);
  return promise;
}

interface Receiver {
  readonly settle: (result: Exchanged) => void;
  readonly beat: () => void;
}

function receive(response: http.IncomingMessage, call: Exchange, { settle, beat }: Receiver): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const isGood = (response.statusCode ?? 500) < 300;
  const take = (isGood && call.onBody?.()) || ((chunk: Buffer) => void chunks.push(chunk));
  const fail = (error: Error) => settle({ kind: 'failed', code: codeOf(error), detail: error.message });
  const zipped = response.headers['content-encoding'] === 'gzip';
  const body = zipped ? response.pipe(createGunzip()) : response;
  response.on('error', fail).on('aborted', () => fail(new Error('the connection was cut in the middle of an answer')));
  if (zipped) body.on('error', fail);
  body.on('data', (chunk: Buffer) => {
    beat();
    bytes += chunk.length;
    if (bytes > call.maxBytes) return settle({ kind: 'truncated', bytes: call.maxBytes });
    take(chunk);
  });
  body.on('end', () => {
    const text = Buffer.concat(chunks).toString('utf8');
    settle({ kind: 'reply', status: response.statusCode ?? 0, headers: response.headers, text });
  });
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
