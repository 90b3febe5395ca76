// Sets a situation up in a throw-away network namespace, reads it as we would read a node, and lets the kernel decide.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Ask } from '../../src/evidence/evidence.js';
import type { Answered } from '../../src/facts/read/answered.js';
import type { Loader, Sent, Situation } from './situation.js';
import { type Handles, SWITCH, type Trace } from './trail.js';

const AGENT = fileURLToPath(new URL('agent.py', import.meta.url));

export interface Seen {
  readonly dev: string;
  readonly id: number;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly src: string;
  readonly dst: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly flags?: string;
  readonly type?: number;
  readonly code?: number;
  readonly about?: Omit<Seen, 'dev'>;
}
export interface Observed {
  readonly seen: readonly Seen[];
  /** Of packets that the node sent itself: what the socket said, by packet id. */
  readonly results: Readonly<Record<string, string>>;
  /** Rules that packets matched, in the order in which the kernel told of them. */
  readonly traces: readonly Trace[];
}

export interface Place {
  readonly ask: (ask: Ask) => Answered | undefined;
  readonly handles: () => Handles;
}
export interface Held {
  readonly place: Place;
  /** Turns tracing on, which changes the rules: look at the place before. */
  readonly send: (packets: readonly Sent[]) => Promise<Observed>;
}

let spaces = 0;

/** `undefined` when the kernel would not take the rules: then there is nothing to compare. */
export async function hold<T>(
  situation: Situation,
  use: (held: Held) => Promise<T>,
): Promise<T | { readonly rejected: string }> {
  const name = `netdiag-oracle-${process.pid}-${(spaces += 1)}`;
  run(['ip', 'netns', 'add', name]);
  const agent = spawn('ip', ['netns', 'exec', name, 'python3', '-B', AGENT], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: agent.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done) throw new Error('the agent ended early');
    return line.value;
  };
  try {
    agent.stdin.write(`${JSON.stringify(situation.tuns)}\n`);
    await next();
    const rejected = setUp(name, situation);
    if (rejected !== undefined) return { rejected };
    const send = async (packets: readonly Sent[]): Promise<Observed> => {
      switchOn(name);
      const plan = {
        listen: situation.listen,
        packets: packets.map((packet) => ({ dev: null, ...packet, flags: packet.protocol === 'tcp' ? 'SYN' : '' })),
        answer: true,
        settle: 0.25,
      };
      agent.stdin.write(`${JSON.stringify(plan)}\n`);
      // At the JSON door: the agent's own document.
      return JSON.parse(await next()) as Observed;
    };
    return await use({ place: placeIn(name), send });
  } finally {
    agent.stdin.end();
    agent.kill('SIGKILL');
    run(['ip', 'netns', 'delete', name]);
  }
}

const LOADERS: Readonly<Record<Loader, readonly string[]>> = {
  nft: ['nft', '-f', '-'],
  // JSON it opens by name, and what Node gives it on stdin is a socket, which has none to open.
  'nft -j': ['sh', '-c', 'cat | nft -j -f -'],
  'iptables-nft-restore': ['iptables-nft-restore'],
  'iptables-legacy-restore': ['iptables-legacy-restore'],
};

function setUp(name: string, { ip, sysctls, loads, ipsets }: Situation): string | undefined {
  run(['ip', '-n', name, '-force', '-batch', '-'], ip.join('\n'));
  inside(name, ['sysctl', '-q', '-w', ...sysctls]);
  if (ipsets !== '') {
    const made = inside(name, ['ipset', 'restore'], ipsets);
    if (made.status !== 0) return made.stderr;
  }
  for (const { loader, text } of loads) {
    const loaded = inside(name, LOADERS[loader], text);
    if (loaded.status !== 0) return loaded.stderr;
  }
  return undefined;
}

/** Ahead of every other chain, so that all that follow are traced: nf_tables and the legacy tables look at one bit. */
export function switchOn(name: string): void {
  const chains = ['prerouting', 'output'].map(
    (hook) => `chain ${hook}_ { type filter hook ${hook} priority -350; policy accept;\nmeta nftrace set 1\n}`,
  );
  const made = inside(name, ['nft', '-f', '-'], `table ip ${SWITCH} {\n${chains.join('\n')}\n}\n`);
  if (made.status !== 0) throw new Error(`tracing cannot be turned on: ${made.stderr}`);
}

interface Listed {
  readonly nftables: readonly {
    readonly rule?: { readonly table: string; readonly chain: string; readonly handle: number };
  }[];
}
export function handlesOf(name: string): Handles {
  const listed = inside(name, ['nft', '-j', 'list', 'ruleset']);
  const handles = new Map<string, number[]>();
  // At the JSON door: nft's own document.
  for (const { rule } of (JSON.parse(listed.stdout) as Listed).nftables) {
    if (!rule) continue;
    const key = `${rule.table} ${rule.chain}`;
    handles.set(key, [...(handles.get(key) ?? []), rule.handle]);
  }
  return handles;
}

const inside = (name: string, argv: readonly string[], input = ''): ReturnType<typeof run> =>
  run(['ip', 'netns', 'exec', name, ...argv], input);

function run(
  [program = '', ...args]: readonly string[],
  input = '',
): { readonly status: number; readonly stdout: string; readonly stderr: string } {
  const ran = spawnSync(program, args, { input, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 30_000 });
  return { status: ran.status ?? 1, stdout: ran.stdout, stderr: ran.stderr };
}

export const placeIn = (name: string): Place => ({
  ask: (ask) => answerOf(name, ask),
  handles: () => handlesOf(name),
});

/** The very scripts that would run on a node. */
function answerOf(name: string, ask: Ask): Answered | undefined {
  for (const { tool, script } of ask.tries) {
    const ran = inside(name, ['sh', '-c', script]);
    if (ran.status === 0) {
      return { kind: 'answered', tool, text: ran.stdout, exit: 0, stderr: ran.stderr, elapsedMs: 0, through: name };
    }
  }
  return undefined;
}

export const isRejected = (value: unknown): value is { readonly rejected: string } =>
  typeof value === 'object' && value !== null && 'rejected' in value;
