// A name asked of one nameserver, and a name resolved as the container's own programs would.
import type { Ask, Try } from '../../evidence/evidence.js';
import { sh, shown } from '../../evidence/shell.js';
import type { ResolvConf } from '../network.js';
import { dnsQuery } from '../read/dns-message.js';
import { clients } from './attempt.js';

export interface Question {
  readonly server: string;
  /** Taken as fully qualified: the search list is not applied. */
  readonly name: string;
  readonly type?: 'A' | 'AAAA';
}

/** CoreDNS gives its upstreams 5 s in all; a resolver gives up on one server after 5. */
const SECONDS = 5;

export function lookupAsk(question: Question): Ask {
  const { server, type = 'A' } = question;
  const name = `${question.name.replace(/\.$/, '')}.`;
  const asShown = shown`dig +tries=1 @${server} ${name} ${type}`;
  return lookup(`lookup ${type} ${name} at ${server}`, [
    ...clients(['udp', server, 53, 1, SECONDS, 0, dnsQuery(name, type)], asShown),
    // dig exits 9 when nobody answered: that was a measurement.
    {
      tool: 'dig',
      needs: ['dig'],
      script: sh`dig +tries=1 +time=${SECONDS} +nosearch @${server} ${name} ${type}; r=$?; [ $r -eq 0 ] || [ $r -eq 9 ]`,
      shown: asShown,
    },
    // BIND's and busybox's exit 1 for NXDOMAIN as for silence.
    {
      tool: 'nslookup',
      needs: ['nslookup'],
      script: sh`nslookup -type=${type} ${name} ${server} 2>&1; [ $? -le 1 ]`,
      shown: shown`nslookup -type=${type} ${name} ${server}`,
    },
  ]);
}

const PYTHON = `import socket, sys, time
begin = time.monotonic()
try:
    found = sorted(set(each[4][0] for each in socket.getaddrinfo(sys.argv[1], None)))
    end = 'found'
except socket.gaierror as e:
    names = [n for n in dir(socket) if n.startswith('EAI_') and getattr(socket, n) == e.errno]
    found, end = [], names[0] if names else str(e.errno)
print('resolve', end, round((time.monotonic() - begin) * 1000, 2), *found)
`;
const NODE = `const begin = performance.now();
require('dns').lookup(process.argv[1], { all: true }, (e, found) =>
  console.log('resolve', e ? e.code : 'found', (performance.now() - begin).toFixed(2), ...(found || []).map((f) => f.address)));
`;

/** By the C library: search list, /etc/hosts and nsswitch.conf all have their say. */
export function resolveAsk(name: string): Ask {
  const asShown = shown`getent ahosts ${name}`;
  return lookup(`resolve ${name}`, [
    { tool: 'python3', needs: ['python3'], script: sh`python3 -IS -c ${PYTHON} ${name}`, shown: asShown },
    { tool: 'node', needs: ['node'], script: sh`NODE_OPTIONS= node -e ${NODE} -- ${name}`, shown: asShown },
    // 2 is "not found", for whatever reason.
    {
      tool: 'getent',
      needs: ['getent'],
      script: sh`getent ahosts ${name}; r=$?; [ $r -eq 0 ] || [ $r -eq 2 ]`,
      shown: asShown,
    },
  ]);
}

/** glibc's worst case is two servers of 5 s each, twice. */
const lookup = (id: string, tries: readonly Try[]): Ask => ({
  id,
  tries,
  phase: 'attempt',
  timeoutSeconds: 20,
  maxBytes: 64 * 1024,
});

/** The names a resolver would try, in order, resolv.conf(5). */
export function searched(name: string, { search, ndots }: Pick<ResolvConf, 'search' | 'ndots'>): readonly string[] {
  if (name.endsWith('.')) return [name];
  const expanded = search.map((domain) => `${name}.${domain.replace(/\.$/, '')}.`);
  const dots = name.split('.').length - 1;
  return dots >= ndots ? [`${name}.`, ...expanded] : [...expanded, `${name}.`];
}
