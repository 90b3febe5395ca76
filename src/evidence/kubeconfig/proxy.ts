// Which proxy a server is reached through, with the rules of Go's net/http, which kubectl follows. Pure.
import { isIP } from 'node:net';

type Environment = Readonly<Record<string, string | undefined>>;

/** The kubeconfig's proxy-url wins over the environment, and then NO_PROXY is not asked. */
export function proxyFor(server: URL, proxyUrl: string | undefined, environment: Environment): URL | undefined {
  if (proxyUrl) return new URL(proxyUrl);
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = environment[name] || environment[name.toLowerCase()];
  if (!value || bypassed(server, environment['NO_PROXY'] || environment['no_proxy'] || '')) return undefined;
  const url = value.includes('://') ? value : `http://${value}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

function bypassed(server: URL, list: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  // Go never proxies loopback, whatever NO_PROXY holds.
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return true;
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter(Boolean)
    .some((entry) => entry === '*' || matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry.includes('/')) return inside(entry, host);
  const [, name = entry, wantedPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (wantedPort && wantedPort !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*(?=\.)/, '');
  if (isIP(bare)) return bare === host;
  // `.example.com` is for subdomains only, `example.com` for itself as well.
  return bare.startsWith('.') ? host.endsWith(bare) : host === bare || host.endsWith(`.${bare}`);
}

function inside(cidr: string, host: string): boolean {
  const [base = '', bits = ''] = cidr.split('/');
  const family = isIP(base);
  if (!family || family !== isIP(host) || !/^\d{1,3}$/.test(bits)) return false;
  const shift = BigInt(Math.max(0, (family === 4 ? 32 : 128) - Number(bits)));
  return numberOf(base) >> shift === numberOf(host) >> shift;
}

export function numberOf(address: string): bigint {
  if (isIP(address) === 4) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [left = '', right] = address.split('::');
  const head = left.split(':').filter(Boolean);
  const tail = (right ?? '').split(':').filter(Boolean);
  const groups = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  return groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}
