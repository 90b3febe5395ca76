// The API server as one function: request in, answer or reason out. Keeps connections, renews credentials, retries.
import type http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAgent } from './agent.js';
import type { Gap } from './evidence.js';
import { fieldsOf, some, textOf } from './kubeconfig/config.js';
import type { Credentials, Identity } from './kubeconfig/credentials.js';
import { openCredentials } from './kubeconfig/credentials.js';
import { firstLine, type Login } from './kubeconfig/login.js';
import { permissionFor, permissionText } from './permission.js';
import type { Exchanged } from './wire.js';
import { exchange } from './wire.js';

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /** Called once per attempt: what takes the body of a good answer as it comes. The text is then empty. */
  readonly onBody?: () => (chunk: Buffer) => void;
  readonly signal?: AbortSignal;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly text: string }
  | { readonly kind: 'absent'; readonly says: string }
  | { readonly kind: 'refused'; readonly status?: number; readonly gap: Gap };

export interface Transport {
  readonly login: Login;
  call(call: Call): Promise<Outcome>;
  /** What a WebSocket needs to be opened as the same person. Throws with one line when nobody is logged in. */
  dial(): Promise<{ readonly agent: http.Agent; readonly headers: http.OutgoingHttpHeaders }>;
  renew(): boolean;
  close(): void;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BYTES = 64 << 20;
/** client-go gives up after ten; a person is waiting, so we do after five, and never wait past the deadline. */
const MAX_RETRIES = 5;
const MAX_WAIT_MS = 10_000;

export function openTransport(login: Login, version: string, environment = process.env): Transport {
  const credentials = openCredentials(login);
  const userAgent = `kubectl-netdiag/${version} (${process.platform}/${process.arch})`;
  let agent: http.Agent | undefined;
  let made: Identity | undefined;
  let closed = false;
  const dial = async () => {
    if (closed) throw new Error('the run is over');
    const identity = await credentials.identity();
    if (!agent || made?.cert !== identity.cert || made?.key !== identity.key) {
      // Idle sockets carry the old certificate; those in use end with their own answer.
      agent?.destroy();
      agent = openAgent(login, identity, environment);
    }
    made = identity;
    return { agent, headers: { ...identity.headers, 'User-Agent': userAgent } };
  };
  return {
    login,
    dial,
    call: (call) => answered({ login, dial, credentials }, call),
    renew: () => credentials.renew(),
    close() {
      closed = true;
      agent?.destroy();
    },
  };
}

interface Session {
  readonly login: Login;
  readonly dial: Transport['dial'];
  readonly credentials: Credentials;
}

async function answered(session: Session, call: Call): Promise<Outcome> {
  const deadline = Date.now() + (call.timeoutMs ?? session.login.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS);
  let renewed = false;
  for (let tried = 0; ; tried++) {
    const got = await once(session, call, deadline);
    if (got.kind === 'reply' && got.status === 401 && !renewed && session.credentials.renew()) {
      renewed = true;
      continue;
    }
    const waitMs = retryAfter(got, call, tried);
    if (waitMs === undefined || Date.now() + waitMs > deadline || call.signal?.aborted)
      return outcome(session, call, got);
    await sleep(waitMs);
  }
}

async function once({ login, dial }: Session, call: Call, deadline: number): Promise<Exchanged> {
  try {
    const { agent, headers } = await dial();
    const json = call.body === undefined ? undefined : JSON.stringify(call.body);
    return await exchange({
      url: login.server + call.path,
      method: call.method ?? 'GET',
      agent,
      headers: {
        ...headers,
        Accept: 'application/json, */*',
        ...(login.compress && !isLoopback(login.server) ? { 'Accept-Encoding': 'gzip' } : {}),
        ...(json
          ? { 'Content-Type': call.contentType ?? 'application/json', 'Content-Length': Buffer.byteLength(json) }
          : {}),
      },
      ...some('body', json),
      timeoutMs: Math.max(1, deadline - Date.now()),
      maxBytes: call.maxBytes ?? DEFAULT_MAX_BYTES,
      ...some('onBody', call.onBody),
      ...some('signal', call.signal),
    });
  } catch (error) {
    return { kind: 'failed', code: 'LOGIN', detail: firstLine(error) };
  }
}

const isLoopback = (server: string) => /^https?:\/\/(localhost|127\.|\[::1\])/.test(server);

/** client-go's rule: 429 and 5xx are tried again only where the server says when. A cut GET is tried twice more. */
function retryAfter(got: Exchanged, call: Call, tried: number): number | undefined {
  if (tried >= MAX_RETRIES) return undefined;
  if (got.kind === 'failed' && (call.method ?? 'GET') === 'GET' && tried < 2) {
    return /ECONNRESET|EPIPE/.test(got.code) ? 50 * (tried + 1) : undefined;
  }
  if (got.kind !== 'reply' || (got.status !== 429 && got.status < 500)) return undefined;
  const seconds = Number(got.headers['retry-after'] ?? Number.NaN);
  // Jitter: a fleet of runs turned away together must not come back together.
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, MAX_WAIT_MS) * (1 + Math.random() / 10) : undefined;
}

function outcome({ login }: Session, call: Call, got: Exchanged): Outcome {
  if (got.kind === 'timeout') return { kind: 'refused', gap: { ...got, detail: `${call.path}: ${got.detail}` } };
  if (got.kind === 'truncated') return { kind: 'refused', gap: { ...got, detail: `answer to ${call.path}` } };
  if (got.kind === 'failed') return { kind: 'refused', gap: { kind: 'unreachable', detail: failureText(login, got) } };
  const { status, text } = got;
  if (status < 300) return { kind: 'answered', status, text };
  const says = statusMessage(text) ?? `the API server answered ${status}`;
  if (status === 404) return { kind: 'absent', says };
  return { kind: 'refused', status, gap: refusal(login, call, { status, says }) };
}

function refusal(login: Login, call: Call, { status, says }: { status: number; says: string }): Gap {
  if (status === 401) {
    const who = login.userName ? `; context "${login.context}", user "${login.userName}"` : '';
    return { kind: 'unreachable', detail: `You must be logged in to the server (${says})${who}` };
  }
  if (status !== 403) return { kind: 'refused', detail: says };
  return {
    kind: 'forbidden',
    permission: permissionText(permissionFor(call.method ?? 'GET', call.path)),
    detail: says,
  };
}

/** The server's own words: the message of the Status object it answers with. */
export function statusMessage(text: string): string | undefined {
  try {
    return textOf(fieldsOf(JSON.parse(text))['message']);
  } catch {
    return text.trim().split('\n', 1)[0]?.slice(0, 300) || undefined;
  }
}

function failureText(login: Login, { code, detail }: { code: string; detail: string }): string {
  const host = new URL(login.server).host;
  if (code === 'LOGIN') return detail;
  if (code !== 'ECONNREFUSED') return `Unable to connect to the server ${host}: ${detail}`;
  return `The connection to the server ${host} was refused - did you specify the right host or port?`;
}
