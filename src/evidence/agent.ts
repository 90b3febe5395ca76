// Sockets to the API server: kept alive, with our certificate, through a proxy where one is configured.
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import type { Identity } from './kubeconfig/credentials.js';
import type { Login } from './kubeconfig/login.js';
import { proxyFor } from './kubeconfig/proxy.js';
import { some } from './kubeconfig/config.js';
import { openSocks, type Target } from './socks.js';

/** client-go's own dialer waits 30 s; a person waiting for an answer knows after five. */
export const CONNECT_MS = 5_000;
const MAX_SOCKETS = 12;

export function openAgent(login: Login, identity: Identity, environment = process.env): http.Agent {
  const server = new URL(login.server);
  const proxy = proxyFor(server, login.proxyUrl, environment);
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS, scheduling: 'lifo' as const };
  if (server.protocol === 'http:') return tunnelled(new http.Agent(options), proxy);
  const secure = {
    ...some('ca', login.ca),
    ...some('cert', identity.cert),
    ...some('key', identity.key),
    ...some('servername', login.tlsServerName),
    rejectUnauthorized: !login.insecure,
  };
  return tunnelled(new https.Agent({ ...options, ...secure }), proxy);
}

type Connected = (error: Error | null, socket?: net.Socket) => void;

/** Node 20 has no proxy support of its own: the agent's sockets are opened through CONNECT instead. */
function tunnelled(agent: http.Agent, proxy: URL | undefined): http.Agent {
  if (!proxy) return agent;
  const secure = agent instanceof https.Agent;
  const createConnection = (options: tls.ConnectionOptions, connected: Connected): undefined => {
    tunnelTo(proxy, { host: options.host ?? '', port: Number(options.port) }, (error, socket) => {
      if (!socket) return connected(error);
      if (!secure) return connected(null, socket);
      const servername = options.servername ?? (net.isIP(options.host ?? '') ? '' : (options.host ?? ''));
      const wrapped = tls.connect({ ...options, socket, servername });
      return connected(null, wrapped);
    });
  };
  return Object.assign(agent, { createConnection });
}

function tunnelTo(proxy: URL, target: Target, connected: Connected): void {
  if (/^https?:$/.test(proxy.protocol)) return openTunnel(proxy, `${hostPart(target.host)}:${target.port}`, connected);
  if (!/^socks5h?:$/.test(proxy.protocol))
    return connected(new Error(`proxies of kind ${proxy.protocol} are not supported`));
  openSocks(proxy, target, CONNECT_MS).then((socket) => connected(null, socket), connected);
}

const hostPart = (host: string) => (net.isIPv6(host) ? `[${host}]` : host);

function openTunnel(proxy: URL, target: string, connected: Connected): void {
  const login = proxy.username ? `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}` : '';
  const request = (proxy.protocol === 'https:' ? https : http).request({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: target,
    timeout: CONNECT_MS,
    agent: false,
    headers: {
      Host: target,
      ...(login ? { 'Proxy-Authorization': `Basic ${Buffer.from(login).toString('base64')}` } : {}),
    },
  });
  request.on('connect', (response, socket) => {
    if (response.statusCode === 200) return connected(null, socket);
    socket.destroy();
    return connected(new Error(`the proxy ${proxy.host} answered ${response.statusCode} to CONNECT ${target}`));
  });
  request.on('timeout', () => request.destroy(new Error(`the proxy ${proxy.host} did not answer`)));
  request.on('error', (error) => connected(error));
  request.end();
}
