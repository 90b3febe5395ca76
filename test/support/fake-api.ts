// An API server for tests: TLS with client certificates, canned answers, and exec over the real channel protocol,
// behind which a real shell of this machine runs. It can refuse, drop, hang and fall silent on demand.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import nock from 'nock';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';

const pki = (name: string) => readFileSync(fileURLToPath(new URL(`./pki/${name}`, import.meta.url)), 'utf8');
export const PKI = {
  ca: pki('ca.pem'),
  cert: pki('client.pem'),
  key: pki('client.key'),
  serverCert: pki('server.pem'),
  serverKey: pki('server.key'),
};

export interface Canned {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Never answer. */
  readonly hang?: boolean;
  /** Close the socket instead of answering. */
  readonly cut?: boolean;
}

/** What an exec does. `run` starts the command with this shell in place of `sh`. */
export type ExecMode =
  | { readonly kind: 'run'; readonly shell: readonly string[]; readonly env?: Readonly<Record<string, string>> }
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly body: string;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: 'status'; readonly status: object }
  /** No command runs: the test speaks for the container. */
  | { readonly kind: 'talk'; readonly talk: (peer: Peer) => void }
  | { readonly kind: 'drop'; readonly afterBytes: number; readonly shell: readonly string[] }
  | { readonly kind: 'hang' }
  | { readonly kind: 'silent' };

export interface Peer {
  readonly command: readonly string[];
  onInput(heard: (text: string) => void): void;
  write(stdout: Buffer): void;
  /** Exit code 0. */
  end(): void;
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly body: string;
  readonly user: string;
}

export interface FakeApi {
  readonly server: string;
  readonly port: number;
  readonly seen: Seen[];
  /** Sockets accepted so far. */
  sockets(): number;
  /** Exec sockets open now. */
  execs(): number;
  close(): Promise<void>;
}

export interface FakeOptions {
  readonly answer?: (request: Seen) => Canned | undefined;
  readonly exec?: (url: URL, count: number) => ExecMode;
  readonly protocols?: readonly string[];
  readonly plain?: boolean;
}

export const status = (code: number, message: string): string =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code });

export async function fakeApi(options: FakeOptions = {}): Promise<FakeApi> {
  // nock puts sockets of its own in place of the agent's, and the agent's are what is tested here.
  nock.restore();
  const seen: Seen[] = [];
  const open = new Set<Socket>();
  let sockets = 0;
  let execs = 0;
  const tls = { cert: PKI.serverCert, key: PKI.serverKey, ca: PKI.ca, requestCert: true, rejectUnauthorized: false };
  const handler = (request: IncomingMessage, response: ServerResponse) =>
    void bodyOf(request).then((body) => {
      const one = seenOf(request, body);
      seen.push(one);
      reply(response, options.answer?.(one) ?? { status: 404, body: status(404, `not found: ${one.url}`) });
    });
  const server = options.plain ? http.createServer(handler) : https.createServer(tls, handler);
  server.on(options.plain ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets++;
    open.add(socket);
    socket.on('error', () => undefined);
  });
  // A client that closes in the middle of a handshake is what some tests are about.
  server.on('tlsClientError', () => undefined);
  server.on('connection', (socket: Socket) => socket.on('error', () => undefined));
  const accepted = options.protocols ?? ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
  const upgrades = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => accepted.find((protocol) => offered.has(protocol)) ?? false,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    seen.push(seenOf(request, ''));
    const url = new URL(request.url ?? '/', 'https://fake');
    const mode = options.exec?.(url, ++execs) ?? { kind: 'run', shell: ['sh'] };
    if (mode.kind === 'hang') return;
    if (mode.kind === 'refuse') return refuse(socket, mode);
    upgrades.handleUpgrade(request, socket, head, (ws) => serveExec(ws, url.searchParams.getAll('command'), mode));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    server: `${options.plain ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    seen,
    sockets: () => sockets,
    execs: () => upgrades.clients.size,
    close: () =>
      new Promise((closed) => {
        for (const client of upgrades.clients) client.terminate();
        for (const socket of open) socket.destroy();
        server.close(() => closed());
      }),
  };
}

/** A kubeconfig's worth of flags for this server. */
export const flagsFor = (api: FakeApi): { readonly server: string; readonly insecureSkipTlsVerify: true } => ({
  server: api.server,
  insecureSkipTlsVerify: true,
});

function seenOf(request: IncomingMessage, body: string): Seen {
  const peer =
    'getPeerCertificate' in request.socket ? (request.socket as never as PeerSocket).getPeerCertificate() : {};
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: pairs(request.rawHeaders),
    body,
    user: peer.subject?.CN ?? '',
  };
}
interface PeerSocket {
  getPeerCertificate(): { readonly subject?: { readonly CN?: string } };
}

const pairs = (raw: readonly string[]): readonly string[] =>
  raw.flatMap((word, at) => (at % 2 === 0 ? [`${word}: ${raw[at + 1]}`] : []));

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

function reply(response: ServerResponse, canned: Canned): void {
  if (canned.hang) return;
  if (canned.cut) return void response.socket?.destroy();
  response.writeHead(canned.status ?? 200, { 'Content-Type': 'application/json', ...canned.headers });
  const { body } = canned;
  response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body ?? {}));
}

function refuse(socket: Socket, mode: Extract<ExecMode, { kind: 'refuse' }>): void {
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(mode.body),
    ...mode.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${mode.status} Refused`, ...lines, 'Connection: close', '', mode.body].join('\r\n'));
}

function serveExec(ws: WebSocket, command: readonly string[], mode: ExecMode): void {
  for (const channel of [0, 1, 2, 3]) ws.send(Buffer.from([channel]));
  if (mode.kind === 'silent') return void ws.pause();
  if (mode.kind === 'status') return end(ws, mode.status);
  if (mode.kind === 'talk') mode.talk(peerOf(ws, command));
  if (mode.kind === 'run' || mode.kind === 'drop') runCommand(ws, command, mode);
}

type Running = Extract<ExecMode, { kind: 'run' | 'drop' }>;

function runCommand(ws: WebSocket, command: readonly string[], mode: Running): void {
  const words = command[0] === 'sh' ? [...mode.shell, ...command.slice(1)] : command;
  const child = spawn(words[0] ?? '', words.slice(1), { env: { ...process.env, ...('env' in mode ? mode.env : {}) } });
  let sent = 0;
  const forward = (channel: number) => (data: Buffer) => {
    // Odd cuts on purpose: frames know nothing of lines or characters.
    for (let at = 0; at < data.length; at += 4099) {
      if (mode.kind === 'drop' && sent > mode.afterBytes) return ws.terminate();
      ws.send(Buffer.concat([Buffer.from([channel]), data.subarray(at, at + 4099)]));
      sent += 4099;
    }
  };
  child.stdout.on('data', forward(1));
  child.stderr.on('data', forward(2));
  child.stdin.on('error', () => undefined);
  ws.on('message', (data: Buffer) => data[0] === 0 && child.stdin.write(data.subarray(1)));
  // As containerd: a closed stream is an end of input; the process itself is not killed.
  ws.on('close', () => child.stdin.end());
  child.on('error', (error) => end(ws, { status: 'Failure', code: 500, message: error.message }));
  child.on('close', (code) => {
    const causes = [{ reason: 'ExitCode', message: String(code) }];
    const failure = { status: 'Failure', reason: 'NonZeroExitCode', message: `exit ${code}`, details: { causes } };
    end(ws, code === 0 ? { status: 'Success' } : failure);
  });
}

const peerOf = (ws: WebSocket, command: readonly string[]): Peer => ({
  command,
  onInput: (heard) => ws.on('message', (data: Buffer) => data[0] === 0 && heard(data.toString('utf8', 1))),
  write: (stdout) => ws.send(Buffer.concat([Buffer.from([1]), stdout])),
  end: () => end(ws, { status: 'Success' }),
});

function end(ws: WebSocket, result: object): void {
  ws.send(Buffer.concat([Buffer.from([3]), Buffer.from(JSON.stringify({ kind: 'Status', ...result }))]));
  ws.close();
}
