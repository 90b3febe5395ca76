// Every attempt by every tool against real listeners, closed ports, filters and missing routes. Needs root.
// With a directory as argument it also saves what each tool printed, for the reader tests.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ask } from '../../src/evidence/evidence.js';
import { connectAsk, datagramAsk } from '../../src/facts/asks/attempt.js';
import { lookupAsk } from '../../src/facts/asks/lookup.js';
import { sweepAsk } from '../../src/facts/asks/sweep.js';
import { isUnreadable } from '../../src/facts/fact.js';
import type { Answered } from '../../src/facts/read/answered.js';
import { readAttempts } from '../../src/facts/read/attempt.js';
import { readLookup } from '../../src/facts/read/lookup.js';
import { readSweep } from '../../src/facts/read/sweep.js';

interface Case {
  readonly name: string;
  readonly ask: Ask;
  readonly end: string;
  /** What the reader made of it, in one word or a few. */
  readonly read: (answer: Answered) => string;
}

const HERE = import.meta.dirname;
function tcp(name: string, end: string, to: number | string): Case {
  return { name, end, ask: connectAsk({ ...endpoint(to, 80), count: 1 }), read: firstEnd };
}
function udp(name: string, end: string, to: number | string): Case {
  return { name, end, ask: datagramAsk({ ...endpoint(to, 80), count: 1 }), read: firstEnd };
}
function firstEnd(answer: Answered): string {
  const read = readAttempts(answer);
  return isUnreadable(read) ? read.unreadable : (read.tries[0]?.end ?? '');
}
function dns(name: string, end: string, server = '10.9.2.2'): Case {
  const question = { server, name: `${name}.test` };
  const read = (answer: Answered): string => {
    const found = readLookup(question)(answer);
    if (isUnreadable(found)) return found.unreadable;
    return [found.end, found.rcode, ...found.aliases, ...found.addresses].filter(Boolean).join(' ');
  };
  return { name: `lookup-${name}`, end, ask: lookupAsk(question), read };
}
function sizes(name: string, end: string, address: string): Case {
  return { name, end, ask: sweepAsk(address), read: bounds };
}
function bounds(answer: Answered): string {
  const found = readSweep(answer);
  return isUnreadable(found) ? found.unreadable : `${found.largestAnswered} ${found.smallestLost} ${found.reportedMtu}`;
}
const endpoint = (to: number | string, port: number): { address: string; port: number } =>
  typeof to === 'number' ? { address: '10.9.2.2', port: to } : { address: to, port };

const CASES: readonly Case[] = [
  tcp('tcp-listening', 'connected', 80),
  tcp('tcp-greets', 'connected', 8009),
  tcp('tcp-closes', 'connected', 8010),
  tcp('tcp-closed-port', 'refused', 81),
  tcp('tcp-reject-port-unreachable', 'refused', 8001),
  tcp('tcp-reject-tcp-reset', 'refused', 8002),
  tcp('tcp-reject-host-unreachable', 'no-route', 8003),
  tcp('tcp-reject-admin-prohibited', 'no-route', 8004),
  tcp('tcp-reject-net-unreachable', 'net-unreachable', 8005),
  tcp('tcp-drop', 'timeout', 8006),
  tcp('tcp-output-drop', 'timeout', 8008),
  tcp('tcp-absent-host', 'no-route', '10.9.2.99'),
  tcp('tcp-absent-neighbour', 'no-route', '10.9.1.99'),
  tcp('tcp-no-route', 'net-unreachable', '192.0.2.1'),
  tcp('tcp-route-unreachable', 'no-route', '10.9.3.1'),
  tcp('tcp-route-prohibit', 'not-permitted', '10.9.3.2'),
  tcp('tcp-route-blackhole', 'unknown', '10.9.3.3'),
  udp('udp-dns', 'connected', 53),
  udp('udp-echo', 'connected', 5300),
  udp('udp-silent', 'silent', 5400),
  udp('udp-closed-port', 'refused', 5401),
  udp('udp-reject-host-unreachable', 'no-route', 8003),
  udp('udp-drop', 'silent', 8006),
  udp('udp-output-drop', 'not-permitted', 8008),
  udp('udp-no-route', 'net-unreachable', '192.0.2.1'),
  dns('known', 'answered NOERROR 10.0.0.7'),
  dns('alias', 'answered NOERROR known.test 10.0.0.7'),
  dns('empty', 'answered NOERROR'),
  dns('missing', 'answered NXDOMAIN'),
  dns('broken', 'answered SERVFAIL'),
  dns('forbidden', 'answered REFUSED'),
  dns('silent', 'timeout'),
  dns('closed', 'refused', '10.9.2.1'),
  sizes('sweep-small-mtu', '1400 1410 1400', '10.9.2.2'),
  sizes('sweep-absent-host', 'undefined 1280 1400', '10.9.2.99'),
];

/** A tool under the name its script calls it by, whatever it is called here. */
const TOOLS: readonly (readonly [string, string, string])[] = [
  ['python3', 'python3', 'python3'],
  ['perl', 'perl', 'perl'],
  ['node', 'node', 'node'],
  ['bash', 'bash', 'bash'],
  ['curl', 'curl', 'curl'],
  ['nc', 'nc.openbsd', 'nc-openbsd'],
  ['nc', 'nc.traditional', 'nc-traditional'],
  ['nc', 'ncat', 'ncat'],
  ['nc', 'busybox', 'nc-busybox'],
  ['dig', 'dig', 'dig'],
  ['nslookup', 'nslookup', 'nslookup'],
  ['nslookup', 'busybox', 'nslookup-busybox'],
  ['ping', 'ping', 'ping'],
];

/** `curl-7.88`, from whichever of its ways to say it the tool knows. */
function versioned(name: string, binary: string): string {
  for (const flag of ['--version', '-v', '--help', '-h', '-V', '-version']) {
    const asked = spawnSync(binary, [flag], { encoding: 'utf8', input: '', timeout: 2000 });
    const version = /\d+\.\d+|20\d{6}/.exec(`${asked.stdout} ${asked.stderr}`);
    if (version) return `${name}-${version[0]}`;
  }
  return `${name}-unknown`;
}

function run(each: Case, tool: string, path: string): Promise<{ text: string; stderr: string; exit: number }> {
  const script = each.ask.tries.find((one) => one.tool === tool)?.script ?? 'exit 127';
  const child = spawn('ip', ['netns', 'exec', 'att-client', 'dash', '-c', script], {
    env: { ...process.env, PATH: `${path}:${process.env['PATH']}`, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kept = { text: '', stderr: '' };
  child.stdout.on('data', (bytes) => (kept.text += String(bytes)));
  child.stderr.on('data', (bytes) => (kept.stderr += String(bytes)));
  return new Promise((done) => child.on('close', (exit) => done({ ...kept, exit: exit ?? -1 })));
}

function judge(each: Case, tool: string, got: { text: string; stderr: string; exit: number }): string {
  if (got.exit !== 0) return `exit ${got.exit}: ${got.stderr.trim().slice(0, 120)}`;
  const read = each.read({ kind: 'answered', tool, ...got, elapsedMs: 0, through: '' });
  // Node sets no IP_RECVERR.
  const end = tool === 'node' && each.name === 'udp-reject-host-unreachable' ? 'silent' : each.end;
  return read === end ? '' : `${read}, wanted ${end}: ${got.text.slice(0, 300)}`;
}

const [saveTo, ...names] = process.argv.slice(2);
const only = names.length > 0 ? names : undefined;
let wrong = 0;
execFileSync('sh', [join(HERE, 'attempt-scene.sh'), 'up']);
const server = spawn('ip', ['netns', 'exec', 'att-server', 'python3', join(HERE, 'attempt-server.py')], {
  stdio: 'inherit',
});
await new Promise((done) => setTimeout(done, 2500));
for (const [tool, binary, name] of TOOLS.filter(([, , one]) => !only || only.includes(one))) {
  const found = spawnSync('sh', ['-c', `command -v ${binary}`], { encoding: 'utf8' }).stdout.trim();
  if (found === '') console.log(`${name}: not installed here`);
  if (found === '') continue;
  const path = mkdtempSync(join(tmpdir(), 'attempt-'));
  symlinkSync(found, join(path, tool));
  const mine = CASES.filter((each) => each.ask.tries.some((one) => one.tool === tool));
  const results = await Promise.all(mine.map(async (each) => [each, await run(each, tool, path)] as const));
  const directory = join(saveTo ?? '', versioned(name, found));
  for (const [each, got] of results) {
    const complaint = judge(each, tool, got);
    if (complaint !== '') wrong++;
    if (complaint !== '') console.log(`${name} ${each.name}: ${complaint}`);
    if (saveTo === undefined) continue;
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${each.name}.txt`), got.text);
  }
  console.log(`${name}: ${mine.length} cases`);
}
server.kill();
execFileSync('sh', [join(HERE, 'attempt-scene.sh'), 'down']);
process.exitCode = wrong === 0 ? 0 : 1;
