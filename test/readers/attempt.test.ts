import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectAsk, datagramAsk } from '../../src/facts/asks/attempt.js';
import { searched } from '../../src/facts/asks/lookup.js';
import { isUnreadable } from '../../src/facts/fact.js';
import type { Attempt } from '../../src/facts/observation.js';
import { readAttempts } from '../../src/facts/read/attempt.js';
import { readLookup } from '../../src/facts/read/lookup.js';
import { readSweep } from '../../src/facts/read/sweep.js';
import { answered, captured } from './captured.js';

const first = (tool: string, file: string): Attempt | string => {
  const read = readAttempts(answered(tool, captured(file)));
  return isUnreadable(read) ? read.unreadable : (read.tries[0] ?? 'nothing');
};

/** Tool, directory. The names are those the asks know the tools by. */
const TOOLS = [
  ['python3', 'python3-3.11'],
  ['perl', 'perl-5.36'],
  ['node', 'node-20.20'],
  ['bash', 'bash-5.2'],
  ['curl', 'curl-7.88'],
  ['nc', 'nc-openbsd-1.219'],
  ['nc', 'nc-traditional-1.10'],
  ['nc', 'ncat-7.93'],
  ['nc', 'nc-busybox-1.35'],
] as const;

const TCP = {
  'tcp-listening': ['connected', undefined],
  'tcp-greets': ['connected', undefined],
  'tcp-closed-port': ['refused', 'ECONNREFUSED'],
  'tcp-reject-port-unreachable': ['refused', 'ECONNREFUSED'],
  'tcp-reject-tcp-reset': ['refused', 'ECONNREFUSED'],
  'tcp-reject-host-unreachable': ['no-route', 'EHOSTUNREACH'],
  'tcp-reject-admin-prohibited': ['no-route', 'EHOSTUNREACH'],
  'tcp-reject-net-unreachable': ['net-unreachable', 'ENETUNREACH'],
  'tcp-absent-host': ['no-route', 'EHOSTUNREACH'],
  'tcp-absent-neighbour': ['no-route', 'EHOSTUNREACH'],
  'tcp-no-route': ['net-unreachable', 'ENETUNREACH'],
  'tcp-route-prohibit': ['not-permitted', 'EACCES'],
  'tcp-route-blackhole': ['unknown', 'EINVAL'],
} as const;

describe.each(TOOLS)('a connection by %s (%s)', (tool, directory) => {
  it.each(Object.entries(TCP))('%s', (name, [end, errno]) => {
    const attempt = first(tool, `${directory}/${name}.txt`);
    expect(attempt).toMatchObject({ end });
    expect(attempt).toHaveProperty('elapsedMs');
    if (errno) expect(attempt).toMatchObject({ errno });
  });

  it('calls nothing a timeout before 3.5 s', () => {
    const dropped = first(tool, `${directory}/tcp-drop.txt`);
    expect(dropped).toMatchObject({ end: 'timeout' });
    expect(typeof dropped === 'string' ? 0 : dropped.elapsedMs).toBeGreaterThan(3500);
  });
});

describe.each(TOOLS.slice(0, 3))('a datagram by %s (%s)', (tool, directory) => {
  const ends = {
    'udp-dns': 'connected',
    'udp-echo': 'connected',
    'udp-silent': 'silent',
    'udp-drop': 'silent',
    'udp-closed-port': 'refused',
    'udp-output-drop': 'not-permitted',
    'udp-no-route': 'net-unreachable',
  };
  it.each(Object.entries(ends))('%s', (name, end) => {
    expect(first(tool, `${directory}/${name}.txt`)).toMatchObject({ end });
  });
  it('tells its own port, the key to it in conntrack', () => {
    const attempt = first(tool, `${directory}/udp-silent.txt`);
    expect(typeof attempt === 'string' ? 0 : attempt.sourcePort).toBeGreaterThan(1024);
  });
});

describe('an answer', () => {
  it('that tells of no attempt is unreadable', () => {
    expect(readAttempts(answered('nc', 'usage: nc'))).toEqual({ unreadable: 'nc told of no attempt: usage: nc' });
  });

  it('tells tries in the order in which they were made', () => {
    const text = 'try 2 timeout 4000.12 40002 \ntry 1 ECONNREFUSED 0.31 40001 \ntry 3 open 0.40 40003 \n';
    expect(readAttempts(answered('python3', text))).toEqual({
      tool: 'python3',
      tries: [
        {
          end: 'refused',
          errno: 'ECONNREFUSED',
          elapsedMs: 0.31,
          sourcePort: 40001,
          raw: 'try 1 ECONNREFUSED 0.31 40001 ',
        },
        { end: 'timeout', elapsedMs: 4000.12, sourcePort: 40002, raw: 'try 2 timeout 4000.12 40002 ' },
        { end: 'connected', elapsedMs: 0.4, sourcePort: 40003, raw: 'try 3 open 0.40 40003 ' },
      ],
    });
  });
});

describe('an attempt', () => {
  it('quotes the address in every script', () => {
    const to = { address: "10.0.0.1'; reboot; '", port: 80 };
    for (const each of [...connectAsk(to).tries, ...datagramAsk(to).tries]) {
      expect(each.script.replaceAll("'10.0.0.1'\\''; reboot; '\\'''", '')).not.toContain("10.0.0.1'; reboot");
    }
  });

  it('is made a second apart beyond five times, for the kernel sends six ICMP errors at once and then one a second', () => {
    const [five, fifty] = [5, 50].map((count) => connectAsk({ address: '10.0.0.1', port: 80, count }).tries[0]?.script);
    expect(five).toContain("'tcp' '10.0.0.1' '80' '5' '4' '0.2'");
    expect(fifty).toContain("'tcp' '10.0.0.1' '80' '50' '4' '1'");
  });
});

const LOOKUPS = {
  known: { end: 'answered', rcode: 'NOERROR', addresses: ['10.0.0.7'], aliases: [] },
  alias: { end: 'answered', rcode: 'NOERROR', addresses: ['10.0.0.7'], aliases: ['known.test'] },
  empty: { end: 'answered', rcode: 'NOERROR', addresses: [], aliases: [] },
  missing: { end: 'answered', rcode: 'NXDOMAIN', addresses: [], aliases: [] },
  broken: { end: 'answered', rcode: 'SERVFAIL', addresses: [], aliases: [] },
  forbidden: { end: 'answered', rcode: 'REFUSED', addresses: [], aliases: [] },
  silent: { end: 'timeout', addresses: [], aliases: [] },
  closed: { end: 'refused', addresses: [], aliases: [] },
};
const RESOLVERS = [
  ['python3', 'python3-3.11'],
  ['perl', 'perl-5.36'],
  ['node', 'node-20.20'],
  ['dig', 'dig-9.18'],
  ['nslookup', 'nslookup-9.18'],
  ['nslookup', 'nslookup-busybox-1.35'],
] as const;

describe.each(RESOLVERS)('a lookup by %s (%s)', (tool, directory) => {
  it.each(Object.entries(LOOKUPS))('%s', (name, wanted) => {
    const asked = { server: '10.9.2.2', name: `${name}.test` };
    expect(readLookup(asked)(answered(tool, captured(`${directory}/lookup-${name}.txt`)))).toMatchObject({
      tool,
      ...asked,
      ...wanted,
    });
  });
});

// dig's words are those of the story coredns-down-c.
it.each([
  [
    'dig',
    ';; UDP setup with 10.9.2.2#53(10.9.2.2) for known.test. failed: permission denied.\n;; no servers could be reached\n',
  ],
  ['python3', 'try 1 EPERM 0.05 40000\n'],
])('a lookup by %s that may not leave is no silence', (tool, text) => {
  expect(readLookup({ server: '10.9.2.2', name: 'known.test' })(answered(tool, text))).toMatchObject({
    end: 'not-permitted',
  });
});

describe('a search list', () => {
  const resolv = { search: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], ndots: 5 };
  it('comes first for a name with few dots', () => {
    expect(searched('api.shop', resolv)).toEqual([
      'api.shop.shop.svc.cluster.local.',
      'api.shop.svc.cluster.local.',
      'api.shop.cluster.local.',
      'api.shop.',
    ]);
  });
  it('comes last for one with many, and not at all after a final dot', () => {
    expect(searched('a.b', { search: ['x'], ndots: 1 })).toEqual(['a.b.', 'a.b.x.']);
    expect(searched('api.shop.', resolv)).toEqual(['api.shop.']);
  });
});

describe('a sweep', () => {
  it('is over where the largest that our own stack sends comes back', () => {
    const text = captured('ping-20221126/sweep-own-limit.txt');
    expect(readSweep(answered('ping', text))).toMatchObject({
      largestAnswered: 1450,
      smallestLost: 1500,
      reportedMtu: 1450,
    });
  });

  const sweeps = ['ping-20221126', 'python3-3.11'].filter((directory) =>
    existsSync(join(import.meta.dirname, 'captured', directory)),
  );
  it.each(sweeps)('finds the largest packet that comes back (%s)', (directory) => {
    const tool = directory.startsWith('ping') ? 'ping' : 'python3';
    expect(readSweep(answered(tool, captured(`${directory}/sweep-small-mtu.txt`)))).toMatchObject({
      largestAnswered: 1400,
      smallestLost: 1410,
      reportedMtu: 1400,
    });
    expect(readSweep(answered(tool, captured(`${directory}/sweep-absent-host.txt`)))).toMatchObject({
      smallestLost: 1280,
    });
  });
});
