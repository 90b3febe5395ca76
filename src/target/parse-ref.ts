// The grammar of one word: KIND/NAME[.NAMESPACE][:PORT], IP, HOST:PORT, URL.
import { isIP } from 'node:net';
import { noSuchKind, tooManySlashes } from './errors.js';
import { kindSpelled } from './kinds.js';
import type { Ref } from './target.js';
import { UsageError } from './usage-error.js';

/** Undefined when the word has no mark of a target, so that a mistyped command is told as one. */
export function parseRef(word: string, namespace: string): Ref | undefined {
  if (word.includes('://')) return parseUrl(word);
  if (word.includes('/')) return parseObject(word, namespace);
  if (isIP(word) > 0) return { kind: 'address', ip: word };
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):([^:]*)$/.exec(word) ?? [];
  const host = bracketed ?? plain;
  return host === undefined || port === undefined ? undefined : hostRef(host, numberedPort(port, word));
}

function hostRef(host: string, port: number): Ref {
  if (isIP(host) > 0) return { kind: 'address', ip: host, port };
  if (!isHostName(host))
    throw new UsageError(`"${host}" is neither an IP address nor a DNS name.`, 'E.g. example.com:443');
  return { kind: 'name', host: host.toLowerCase(), port };
}

function parseObject(word: string, namespace: string): Ref {
  const [spelled = '', rest = '', ...more] = word.split('/');
  if (more.length > 0) throw tooManySlashes(word);
  const kind = kindSpelled(spelled);
  if (kind === undefined) throw noSuchKind(spelled);
  const [full = '', givenPort] = splitOnce(rest, ':');
  const port = givenPort === undefined ? {} : { port: checkedPort(givenPort, word) };
  if (!NAME.test(full)) {
    throw new UsageError(
      `"${word}" holds no name Kubernetes could give.`,
      'Names are lower-case letters, digits, "-" and ".".',
    );
  }
  if (kind === 'node') return { kind, name: full, ...port };
  if (kind === 'svc') return { kind, ...splitName(full, namespace, word), ...port };
  return { kind, namespace, name: full, ...port };
}

/** Service names hold no dots (DNS-1035), so what follows the first one is the namespace; other names may hold them. */
function splitName(
  full: string,
  namespace: string,
  word: string,
): { readonly name: string; readonly namespace: string } {
  const [name, rest] = splitOnce(full, '.');
  if (rest === undefined) return { name, namespace };
  const [given, domain] = splitOnce(rest, '.');
  if (domain === undefined || domain === 'svc' || domain.startsWith('svc.')) return { name, namespace: given };
  throw new UsageError(`"${word}" has too many dots.`, 'A service in another namespace is svc/NAME.NAMESPACE.');
}

const DEFAULT_PORT: Readonly<Record<string, number | undefined>> = { http: 80, https: 443 };
const SCHEMES = ['http', 'https', 'tcp', 'udp'];

function parseUrl(word: string): Ref {
  const url = URL.canParse(word) ? new URL(word) : undefined;
  if (url === undefined || url.hostname === '')
    throw new UsageError(`"${word}" is not a URL.`, 'E.g. https://example.com');
  const scheme = url.protocol.slice(0, -1);
  if (!SCHEMES.includes(scheme)) {
    throw new UsageError(`cannot test ${scheme} URLs.`, 'Supported: http, https, tcp://HOST:PORT, udp://HOST:PORT.');
  }
  const port = url.port === '' ? DEFAULT_PORT[scheme] : Number(url.port);
  if (port === undefined || port === 0)
    throw new UsageError(`"${word}" has no port.`, `E.g. ${scheme}://${url.hostname}:53`);
  return hostRef(url.hostname.replace(/^\[(.*)\]$/, '$1'), port);
}

export function checkedPort(port: string, word: string): string {
  const isNumber = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535;
  if (isNumber) return String(Number(port));
  // IANA service names, which is what Kubernetes allows: at most 15 characters and a letter among them.
  if (port.length <= 15 && /^[a-z0-9-]*[a-z][a-z0-9-]*$/.test(port)) return port;
  throw new UsageError(
    `"${word}": "${port}" is not a port.`,
    'A port is a number from 1 to 65535, or a name such as http.',
  );
}

function numberedPort(port: string, word: string): number {
  const number = Number(checkedPort(port, word));
  if (Number.isNaN(number))
    throw new UsageError(`"${word}": "${port}" is not a port number.`, 'Only objects name their ports.');
  return number;
}

const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const HOST = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*\.?$/i;
export const isHostName = (word: string): boolean => word.length <= 254 && HOST.test(word);

function splitOnce(text: string, mark: string): readonly [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
