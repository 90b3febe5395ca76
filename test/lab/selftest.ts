// The lab tested as a whole, in an instance of its own: twice up, twice down, killed at three moments, nothing left.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { run, until } from './run.js';
import { readRecord, isRunning } from './processes.js';
import { settings } from './settings.js';

const env = { ...process.env, NETDIAG_LAB: 'selftest', NETDIAG_LAB_EDGE: 'no' };
const of = settings(env);
const moments = ['certificates are made', 'the API server answers', 'nodes are Ready'];

// What shows, without our own bookkeeping, that nothing is left. Each prints a line for each thing it finds.
const traces: readonly string[] = [
  `ip netns list | grep '^${of.prefix}'`,
  `pgrep -af -- '[/]${of.dir.slice(1)}/'`,
  `grep ' ${of.dir}' /proc/self/mounts`,
  `find /sys/fs/cgroup -maxdepth 2 -name '${of.prefix}*'`,
  `ls -d ${of.dir} 2>/dev/null`,
  `ss -Hltn 'sport = :${of.port}'`,
];

interface Step {
  readonly name: string;
  readonly isPassed: boolean;
  readonly words: string;
}

/** Runs all of it and prints a line a step; the number of steps that failed. */
export async function selftest(): Promise<number> {
  const before = await machine();
  const steps: Step[] = [];
  const step = async (name: string, work: () => Promise<string>): Promise<void> => {
    const words = await work().catch(
      (error: unknown) => `failed: ${error instanceof Error ? error.message : String(error)}`,
    );
    const one = { name, isPassed: !words.startsWith('failed'), words };
    console.log(`${one.isPassed ? 'ok    ' : 'FAILED'} ${one.name}: ${one.words}`);
    steps.push(one);
  };
  await step('up', () => verb('up'));
  await step('up again', () => verb('up'));
  await step('another set meanwhile', () => verb('up', ['--set', 'B'], 2));
  await step('status', () => verb('status'));
  for (const name of ['down', 'down again']) await step(name, () => verb('down'));
  await step('nothing is left', nothingLeft);
  for (const moment of moments) {
    await step(`kill -9 of up after "${moment}"`, () => killAt(moment));
    await step('down', () => verb('down'));
    await step('nothing is left', nothingLeft);
    await step('up', () => verb('up'));
    await step('down', () => verb('down'));
  }
  await step('the machine is as before', async () => {
    const now = await machine();
    return now === before ? 'same links, routes and rules' : `failed: ${now} was ${before}`;
  });
  const failed = steps.filter(({ isPassed }) => !isPassed).length;
  console.log(`${steps.length - failed} passed, ${failed} failed`);
  return failed;
}

async function verb(name: string, flags: readonly string[] = [], expected = 0): Promise<string> {
  const began = Date.now();
  const ran = await run(commandLine(name, flags), { env, timeoutMs: 300_000 });
  const last =
    ran.stderr
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^\s*[\d.]+ s\s+/, '') ?? '';
  if (ran.code !== expected) throw new Error(`exit ${ran.code}: ${last}`);
  return `${((Date.now() - began) / 1000).toFixed(1)} s${expected === 0 ? '' : `, exit ${expected}: ${last}`}`;
}

function commandLine(name: string, flags: readonly string[]): readonly string[] {
  return [process.execPath, '--import', 'tsx', join(import.meta.dirname, 'main.ts'), name, ...flags];
}

async function killAt(moment: string): Promise<string> {
  const [program, ...args] = commandLine('up', []);
  const child = spawn(program!, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  await line(child, moment);
  const record = readRecord(of.dir, 'up');
  child.kill('SIGKILL');
  await until('the end of up', 10_000, async () => (record !== undefined && isRunning(record) ? undefined : true));
  return `killed ${record?.pid}`;
}

function line(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (text.includes(words)) resolve();
    });
    child.on('close', () => reject(new Error(`up ended before it said "${words}": ${text.trim().split('\n').at(-1)}`)));
  });
}

async function nothingLeft(): Promise<string> {
  const found = await Promise.all(traces.map(async (trace) => (await run(['sh', '-c', trace])).stdout.trim()));
  const left = found.filter((text) => text !== '');
  if (left.length > 0) throw new Error(`still there: ${left.join('; ')}`);
  return traces.join(' ; ');
}

async function machine(): Promise<string> {
  const folders =
    'ls -d /etc/cni /opt/c* /usr/libexec/kube* /var/lib/{kube,cont,cni,etcd,cilium}* /var/log/pods /run/fl*';
  const looks =
    'ip -o link | cut -d" " -f2; ip route; iptables-save | sed "/^#/d; s/ \\[.*//"; nft list tables; sysctl -n vm.overcommit_memory kernel.panic kernel.panic_on_oops';
  return (await run(['bash', '-c', `${looks}; ${folders} 2> /dev/null`])).stdout;
}
