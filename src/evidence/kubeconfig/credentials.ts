// Who we are to the API server, renewed while a run lasts: headers for every request, a certificate for the socket.
import { readFile, stat } from 'node:fs/promises';
import type { Impersonation, User } from './config.js';
import { some } from './config.js';
import type { Plugin, PluginCredential } from './exec-plugin.js';
import { openPlugin } from './exec-plugin.js';
import type { Login } from './login.js';

export interface Identity {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly cert?: string;
  readonly key?: string;
}

export interface Credentials {
  /** Throws with one plain line when there is no identity to be had. */
  identity(): Promise<Identity>;
  /** After a 401. True when asking again may help. */
  renew(): boolean;
}

/** Projected service-account tokens are rewritten in place; client-go looks every minute too. */
const TOKEN_FILE_MS = 60_000;

export function openCredentials(login: Login): Credentials {
  const { user } = login;
  const plugin = user.exec && !user.token && !user.tokenFile ? openPlugin(user.exec, login) : undefined;
  const fixed = { ...some('cert', login.cert), ...some('key', login.key) };
  const tokenOf = tokenFileReader(user);
  let last: PluginCredential | undefined;
  return {
    async identity() {
      last = plugin ? await plugin.credential() : undefined;
      const held = last ? { ...some('token', last.token), ...pairOf(last, fixed) } : fixed;
      const authorization = last?.token ? `Bearer ${last.token}` : await authorizationOf(login, tokenOf);
      return {
        headers: { ...some('Authorization', authorization), ...impersonationHeaders(user.impersonate) },
        ...some('cert', held.cert),
        ...some('key', held.key),
      };
    },
    renew: () => renewed(plugin, last) || tokenOf.forget(),
  };
}

type Pair = { readonly cert?: string; readonly key?: string };
const pairOf = ({ cert, key }: Pair, fixed: Pair): Pair => (cert && key ? { cert, key } : fixed);

function renewed(plugin: Plugin | undefined, last: PluginCredential | undefined): boolean {
  if (!plugin || !last) return false;
  plugin.forget(last);
  return true;
}

async function authorizationOf(login: Login, tokenOf: TokenFile): Promise<string | undefined> {
  const { user } = login;
  const token = (await tokenOf.read()) ?? user.token;
  if (token) return `Bearer ${token}`;
  if (user.username) return `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
  if (!user.authProvider) return undefined;
  const { authProviderHeader } = await import('./auth-provider.js');
  return authProviderHeader(login);
}

interface TokenFile {
  read(): Promise<string | undefined>;
  /** True when there is a file to read again. */
  forget(): boolean;
}

function tokenFileReader({ tokenFile }: User): TokenFile {
  let token: string | undefined;
  let readAtMs = 0;
  let changedAtMs = 0;
  return {
    async read() {
      if (!tokenFile || (token && Date.now() - readAtMs < TOKEN_FILE_MS)) return token;
      try {
        const { mtimeMs } = await stat(tokenFile);
        if (!token || mtimeMs !== changedAtMs) token = (await readFile(tokenFile, 'utf8')).trim() || undefined;
        changedAtMs = mtimeMs;
        readAtMs = Date.now();
      } catch {
        // As client-go: an unreadable file leaves the token held before, or the one in the kubeconfig.
        return token;
      }
      return token;
    },
    forget() {
      readAtMs = 0;
      changedAtMs = 0;
      return Boolean(tokenFile);
    },
  };
}

/** The same on HTTP and on the WebSocket: a check run with other rights than kubectl's would mislead. */
export function impersonationHeaders({ user, uid, groups, extra }: Impersonation): Record<string, string | string[]> {
  return {
    ...some('Impersonate-User', user),
    ...some('Impersonate-Uid', uid),
    ...some('Impersonate-Group', groups.length > 0 ? [...groups] : undefined),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [`Impersonate-Extra-${headerName(key)}`, [...values]]),
    ),
  };
}

/** client-go percent-encodes what a header name may not hold, and the percent sign itself. */
function headerName(key: string): string {
  return key.replace(/[^!#$&'*+\-.^_`|~0-9A-Za-z]/gu, encodeURIComponent);
}
