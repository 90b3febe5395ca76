// The grammar of the two words people type: KIND/NAME[.NAMESPACE][:PORT], IP, HOST:PORT, URL, NAME, outside.
import { isIP } from 'node:net';
import { neitherCommandNorTarget, noSuchKind, sameEnds, tooManySlashes } from './errors.js';
import type { Protocol } from './subject.js';
import { endText, RESOURCE_NAMES, RESOURCES, type End, type Resource, type Target } from './target.js';
import { UsageError } from './usage-error.js';

export interface Asked {
  readonly words: readonly string[];
  readonly port?: string;
  readonly protocol?: Protocol;
  readonly toNamespace?: string;
}

export function parseTarget({ words, port, protocol, toNamespace }: Asked): Target {
  const [first, second, ...more] = words;
  if (first === undefined) throw new UsageError('name what to diagnose, e.g. kubectl netdiag pod/web-0 svc/api');
  if (more.length > 0) {
    throw new UsageError(
      `${words.length} targets given: ${words.join(' ')}.`,
      'Give a source, and at most one destination.',
    );
  }
  const alone = second === undefined;
  const source = parseFirst(first, second);
  const named = alone ? {} : { dest: withNamespace(parseSecond(second), toNamespace) };
  if (alone && toNamespace !== undefined)
    throw new UsageError('--to-namespace needs a destination.', 'Give a second target.');
  const target: Target = { source, ...named, ...protocolOf(second ?? first, protocol) };
  if (target.dest !== undefined && endText(target.dest) === endText(source) && toNamespace === undefined) {
    throw sameEnds(endText(source));
  }
  return withPort(target, port);
}

function parseFirst(word: string, second: string | undefined): End {
  if (word === 'outside') {
    if (second === undefined)
      throw new UsageError('outside needs a destination.', 'E.g. kubectl netdiag outside svc/api');
    return { kind: 'outside' };
  }
  const end = parseEnd(word);
  if (end === undefined) throw neitherCommandNorTarget(word, second);
  if (second === undefined) return end;
  if (end.kind === 'object' && end.resource === 'svc') {
    throw new UsageError(
      `${word} cannot be a source: a service sends nothing.`,
      'Name a pod, a workload, a node, or outside.',
    );
  }
  if (end.kind === 'host' && (!end.isAddress || end.url !== undefined)) {
    throw new UsageError(`${word} cannot be a source.`, 'Name a pod, a workload, a node, its IP address, or outside.');
  }
  return end;
}

function parseSecond(word: string): End {
  if (word === 'outside')
    throw new UsageError('outside can only be a source.', 'Name the address or the URL to reach.');
  const end = parseEnd(word);
  if (end !== undefined) return end;
  if (HOST.test(word)) return { kind: 'host', host: word.toLowerCase(), isAddress: false };
  throw new UsageError(
    `"${word}" is not a destination.`,
    `Supported: ${RESOURCE_NAMES.join('/, ')}/, IP, host:port, URL, DNS name.`,
  );
}

/** Undefined when the word has no mark of a target, so that a mistyped command is told as one. */
function parseEnd(word: string): End | undefined {
  if (word.includes('://')) return parseUrl(word);
  if (word.includes('/')) return parseObject(word);
  if (isIP(word) > 0) return { kind: 'host', host: word, isAddress: true };
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):([^:]*)$/.exec(word) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || port === undefined) return undefined;
  if (isIP(host) === 0 && !HOST.test(host)) throw new UsageError(`"${host}" is neither an IP address nor a DNS name.`);
  return { kind: 'host', host: host.toLowerCase(), isAddress: isIP(host) > 0, port: checkedPort(port, word) };
}

function parseObject(word: string): End {
  const [kind = '', rest = '', ...more] = word.split('/');
  if (more.length > 0) throw tooManySlashes(word);
  const resource = RESOURCE_NAMES.find((name) =>
    RESOURCES[name].spellings.some((spelling) => spelling === kind.toLowerCase()),
  );
  if (resource === undefined) throw noSuchKind(kind);
  const [full = '', port] = splitOnce(rest, ':');
  const ported = port === undefined ? {} : { port: checkedPort(port, word) };
  return { kind: 'object', resource, ...splitName(resource, full, word), ...ported };
}

/** Service names hold no dots (DNS-1035), so what follows the first one is the namespace; other names may hold them. */
function splitName(
  resource: Resource,
  full: string,
  word: string,
): { readonly name: string; readonly namespace?: string } {
  if (!NAME.test(full)) {
    throw new UsageError(
      `"${word}" holds no name Kubernetes could give.`,
      'Names are lower-case letters, digits, "-" and ".".',
    );
  }
  if (resource !== 'svc') return { name: full };
  const [name, rest] = splitOnce(full, '.');
  if (rest === undefined) return { name };
  const [namespace, domain] = splitOnce(rest, '.');
  if (domain !== undefined && domain !== 'svc' && !domain.startsWith('svc.')) {
    throw new UsageError(`"${word}" has too many dots: a service is written svc/NAME.NAMESPACE.`);
  }
  return { name, namespace };
}

const DEFAULT_PORT: Readonly<Record<string, string | undefined>> = { 'http:': '80', 'https:': '443' };

function parseUrl(word: string): End {
  const url = URL.canParse(word) ? new URL(word) : undefined;
  if (url === undefined || url.hostname === '')
    throw new UsageError(`"${word}" is not a URL.`, 'E.g. https://example.com');
  const scheme = url.protocol.slice(0, -1);
  const port = url.port === '' ? DEFAULT_PORT[url.protocol] : url.port;
  if (!['http', 'https', 'tcp', 'udp'].includes(scheme)) {
    throw new UsageError(`cannot test ${scheme} URLs.`, 'Supported: http, https, tcp://HOST:PORT, udp://HOST:PORT.');
  }
  if (port === undefined) throw new UsageError(`"${word}" has no port.`, `E.g. ${scheme}://${url.hostname}:53`);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const path = url.pathname === '/' ? '' : url.pathname;
  return { kind: 'host', host, isAddress: isIP(host) > 0, port, url: { scheme, path: path + url.search } };
}

function protocolOf(word: string, given: Protocol | undefined): { readonly protocol?: Protocol } {
  const [, scheme] = /^(tcp|udp):\/\//.exec(word) ?? [];
  const asked = scheme === 'udp' ? 'udp' : scheme === 'tcp' ? 'tcp' : undefined;
  if (asked !== undefined && given !== undefined && asked !== given) {
    throw new UsageError(`${word} and --protocol ${given} disagree.`, 'Give one of them.');
  }
  const protocol = given ?? asked;
  return protocol === undefined ? {} : { protocol };
}

function withNamespace(end: End, namespace: string | undefined): End {
  if (namespace === undefined || end.kind !== 'object') return end;
  if (end.resource === 'node') throw new UsageError(`${endText(end)} is in no namespace.`, 'Leave --to-namespace out.');
  if (end.namespace !== undefined && end.namespace !== namespace) {
    throw new UsageError(`${endText(end)} and --to-namespace ${namespace} disagree.`, 'Give one of them.');
  }
  return { ...end, namespace };
}

/** --port is the destination's; with one target only, it is that one's. */
function withPort(target: Target, given: string | undefined): Target {
  if (given === undefined) return target;
  const end = target.dest ?? target.source;
  const port = checkedPort(given, `--port ${given}`);
  if (end.kind === 'outside') return target;
  if (end.port !== undefined && end.port !== port) {
    throw new UsageError(`${endText(end)} and --port ${given} disagree.`, 'Give one of them.');
  }
  return target.dest === undefined ? { ...target, source: { ...end, port } } : { ...target, dest: { ...end, port } };
}

function checkedPort(port: string, word: string): string {
  const isNumber = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535;
  // IANA service names, which is what Kubernetes allows: at most 15 characters and a letter among them.
  const isName = port.length <= 15 && /^[a-z0-9-]*[a-z][a-z0-9-]*$/.test(port);
  if (isNumber || isName) return isNumber ? String(Number(port)) : port;
  throw new UsageError(
    `"${word}": "${port}" is not a port.`,
    'A port is a number from 1 to 65535, or a name such as http.',
  );
}

const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const HOST = /^(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*\.?$/i;

function splitOnce(text: string, mark: string): readonly [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
