import { describe, expect, test } from 'vitest';
import { parseTarget, type Asked } from '../../src/target/parse.js';
import type { Ref } from '../../src/target/target.js';
import { UsageError } from '../../src/target/usage-error.js';

const parse = (words: string, more: Partial<Asked> = {}) =>
  parseTarget({ words: words.split(' ').filter(Boolean), namespace: 'shop', ...more });
const inShop = <K extends string>(kind: K, name: string) => ({ kind, namespace: 'shop', name });

const REFS: Readonly<Record<string, Ref>> = {
  'pod/web-0': inShop('pod', 'web-0'),
  'pods/web-0': inShop('pod', 'web-0'),
  'po/web-0:8080': { ...inShop('pod', 'web-0'), port: '8080' },
  'deploy/web': inShop('deploy', 'web'),
  'deployment.apps/web': inShop('deploy', 'web'),
  'sts/db': inShop('sts', 'db'),
  'ds/agent': inShop('ds', 'agent'),
  'rs/web-7c9': inShop('rs', 'web-7c9'),
  'job/load': inShop('job', 'load'),
  'svc/api': inShop('svc', 'api'),
  'svc/api:http': { ...inShop('svc', 'api'), port: 'http' },
  'svc/api.store': { kind: 'svc', namespace: 'store', name: 'api' },
  'svc/api.store:8080': { kind: 'svc', namespace: 'store', name: 'api', port: '8080' },
  'svc/api.store.svc.cluster.local': { kind: 'svc', namespace: 'store', name: 'api' },
  'Service/api': inShop('svc', 'api'),
  'node/ip-10-0-0-7.ec2.internal': { kind: 'node', name: 'ip-10-0-0-7.ec2.internal' },
  'node/w1:9100': { kind: 'node', name: 'w1', port: '9100' },
  '10.96.0.1': { kind: 'address', ip: '10.96.0.1' },
  '10.96.0.1:443': { kind: 'address', ip: '10.96.0.1', port: 443 },
  'fd00::1': { kind: 'address', ip: 'fd00::1' },
  '[fd00::1]:443': { kind: 'address', ip: 'fd00::1', port: 443 },
  'example.com:443': { kind: 'name', host: 'example.com', port: 443 },
  'https://example.com': { kind: 'name', host: 'example.com', port: 443 },
  'http://example.com:8080/healthz?full=1': { kind: 'name', host: 'example.com', port: 8080 },
  'https://[fd00::1]/': { kind: 'address', ip: 'fd00::1', port: 443 },
};

describe('one target', () => {
  test.each(Object.entries(REFS))('%s', (word, ref) => {
    expect(parse(word)).toEqual({ source: ref });
  });
});

describe('a flow', () => {
  test('from a pod to a service', () => {
    expect(parse('pod/web svc/api')).toEqual({ source: inShop('pod', 'web'), dest: inShop('svc', 'api') });
  });
  test('to a bare name, which the source looks up', () => {
    expect(parse('pod/web API.store')).toEqual({
      source: inShop('pod', 'web'),
      dest: { kind: 'name', host: 'api.store' },
    });
  });
  test('from outside', () => {
    expect(parse('outside svc/api:80').source).toEqual({ kind: 'outside' });
  });
  test('to another namespace by flag', () => {
    expect(parse('pod/web pod/db', { toNamespace: 'store' }).dest).toEqual({
      kind: 'pod',
      namespace: 'store',
      name: 'db',
    });
  });
  test('to the same name in another namespace', () => {
    expect(parse('pod/web pod/web', { toNamespace: 'store' }).dest).toMatchObject({ namespace: 'store' });
  });
  test('--port is the destination’s', () => {
    expect(parse('pod/web svc/api', { port: 'http' }).dest).toEqual({ ...inShop('svc', 'api'), port: 'http' });
    expect(parse('pod/web 10.0.0.1', { port: '0443' }).dest).toEqual({ kind: 'address', ip: '10.0.0.1', port: 443 });
  });
  test('udp by URL and by flag', () => {
    expect(parse('pod/web udp://10.96.0.10:53')).toMatchObject({ protocol: 'udp', dest: { port: 53 } });
    expect(parse('pod/web svc/dns', { protocol: 'udp' }).protocol).toBe('udp');
  });
});

/** The words, then the two lines a user sees. */
const REFUSED: readonly (readonly [words: string, fact: string, remedy?: string, more?: Partial<Asked>])[] = [
  ['', 'name what to diagnose, e.g. kubectl netdiag pod/web-0 svc/api'],
  ['web-0', '"web-0" is neither a command nor a target.', 'Did you mean pod/web-0?'],
  ['pod web-0', '"pod" is neither a command nor a target.', 'Did you mean pod/web-0?'],
  [
    'pods/a/b',
    'arguments in resource/name form may not have more than one slash: "pods/a/b".',
    'For another namespace write svc/b.NAMESPACE or --to-namespace.',
  ],
  [
    'foo/x',
    'the server doesn\'t have a resource type "foo" that netdiag can test.',
    'Supported: pod, deploy, sts, ds, rs, job, svc, node.',
  ],
  [
    'pod/web-0 pod/web-0',
    'source and destination are both pod/web-0; give a different destination, or only one target.',
  ],
  [
    'pod/web-0 po/web-0:80',
    'source and destination are both pod/web-0; give a different destination, or only one target.',
  ],
  ['a/b c/d e/f', '3 targets given: a/b c/d e/f.', 'Give a source, and at most one destination.'],
  ['svc/a svc/b', 'svc/a cannot be a source: a service sends nothing.', 'Name a pod, a workload, a node, or outside.'],
  ['10.0.0.1 svc/b', '10.0.0.1 cannot be a source.', 'Name a pod, a workload, a node, or outside.'],
  ['outside', 'outside needs a destination.', 'E.g. kubectl netdiag outside svc/api'],
  ['pod/a outside', 'outside can only be a source.', 'Name the address or the URL to reach.'],
  ['pod/', '"pod/" holds no name Kubernetes could give.', 'Names are lower-case letters, digits, "-" and ".".'],
  [
    'pod/$(id)',
    '"pod/$(id)" holds no name Kubernetes could give.',
    'Names are lower-case letters, digits, "-" and ".".',
  ],
  ['svc/a.b.c', '"svc/a.b.c" has too many dots.', 'A service in another namespace is svc/NAME.NAMESPACE.'],
  ['svc/a:0', '"svc/a:0": "0" is not a port.', 'A port is a number from 1 to 65535, or a name such as http.'],
  [
    'svc/a:65536',
    '"svc/a:65536": "65536" is not a port.',
    'A port is a number from 1 to 65535, or a name such as http.',
  ],
  ['10.0.0.1:http', '"10.0.0.1:http": "http" is not a port number.', 'Only objects name their ports.'],
  ['a$b:80', '"a$b" is neither an IP address nor a DNS name.', 'E.g. example.com:443'],
  ['ftp://a.example', 'cannot test ftp URLs.', 'Supported: http, https, tcp://HOST:PORT, udp://HOST:PORT.'],
  ['udp://a.example', '"udp://a.example" has no port.', 'E.g. udp://a.example:53'],
  ['https://', '"https://" is not a URL.', 'E.g. https://example.com'],
  ['pod/a svc/b:80', 'svc/b:80 and --port 81 disagree.', 'Give one of them.', { port: '81' }],
  [
    'pod/a tcp://b.example:80',
    'tcp://b.example:80 and --protocol udp disagree.',
    'Give one of them.',
    { protocol: 'udp' },
  ],
  ['pod/a node/b', 'node/b is in no namespace.', 'Leave --to-namespace out.', { toNamespace: 'x' }],
  ['pod/a svc/b.c', 'svc/b.c and --to-namespace x disagree.', 'Give one of them.', { toNamespace: 'x' }],
  ['pod/a', '--to-namespace needs a destination.', 'Give a second target.', { toNamespace: 'x' }],
  [
    'pod/a b$c',
    '"b$c" is not a destination.',
    'Supported: pod/, deploy/, sts/, ds/, rs/, job/, svc/, node/, IP, host:port, URL, DNS name.',
  ],
];

describe('refused', () => {
  for (const [words, fact, remedy, more] of REFUSED) {
    test(words, () => {
      expect(refusalOf(() => parse(words, more))).toEqual({ fact, remedy, exitCode: 2 });
    });
  }
});

function refusalOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { fact: error.message, remedy: error.remedy, exitCode: error.exitCode };
  }
}
