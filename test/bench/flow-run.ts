// One flow, diagnosed against a small and a large cluster: what it asks must not grow with what it does not ask about.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { runClient, type Ran } from './client.js';
import { FLOW, NAMESPACE, ROOT } from './flow-words.js';
import type { Served } from './generated-api.js';
import { atMost, same, told, type Line } from './line.js';

const SMALL = 3;
const LARGE = 5000;
/** What a client may take of a laptop or of a CI container. */
const RSS_MB = 200;
/** What is known after each is asked for in the next: census, what stands there, what it holds, what that names. */
const ROUNDS = 4;

interface Report {
  readonly verdict: { readonly headline: string };
  readonly counts: { readonly rounds: number };
}
interface Run {
  readonly ran: Ran;
  readonly report: Report;
  readonly served: Served;
}

export async function flowRuns(): Promise<readonly Line[]> {
  const small = await flowRun(SMALL);
  const large = await flowRun(LARGE);
  return [...oneRun(SMALL, small), ...oneRun(LARGE, large), ...compared(small, large)];
}

async function flowRun(nodes: number): Promise<Run> {
  const api = fork(`${ROOT}test/bench/generated-api.ts`, [String(nodes)], { execArgv: ['--import', 'tsx'] });
  try {
    const { server } = await message<{ readonly server: string }>(api);
    const pki = `${ROOT}test/support/pki/`;
    const login = ['--server', server, '--certificate-authority', `${pki}ca.pem`];
    const proof = ['--client-certificate', `${pki}client.pem`, '--client-key', `${pki}client.key`];
    const words = [...FLOW, '-n', NAMESPACE, '-o', 'json', ...login, ...proof];
    const ran = await runClient(words, { KUBECONFIG: '/dev/null' });
    if (ran.code !== 3) throw new Error(`exit ${ran.code} at ${nodes} nodes: ${ran.stderr || ran.stdout}`);
    const report: Report = JSON.parse(ran.stdout);
    api.send('how much?');
    const served = await message<Served>(api);
    return { ran, report, served };
  } finally {
    api.kill();
  }
}

function oneRun(nodes: number, { ran, report, served }: Run): readonly Line[] {
  const at = (what: string): string => `${nodes} nodes: ${what}`;
  return [
    atMost(at('rounds'), report.counts.rounds, { limit: ROUNDS, unit: '' }),
    told(at('requests'), `${served.requests}, of them ${served.nodePages} of the node list`),
    atMost(at('execs into one container'), served.mostExecs, {
      limit: report.counts.rounds,
      unit: '',
      measured: ` (${served.execs} in all)`,
    }),
    told(
      at('bytes'),
      `${kb(served.apiBytes)} of the API, ${kb(served.nodePageBytes)} of the node list, ${kb(served.execBytes)} of commands`,
    ),
    atMost(at('peak RSS'), ran.rssMb, { limit: RSS_MB, unit: 'MB' }),
    told(at('time'), `${ran.seconds.toFixed(1)} s, of them ${ran.cpuSeconds.toFixed(1)} s of CPU`),
  ];
}

function compared(small: Run, large: Run): readonly Line[] {
  const both = (of: (run: Run) => number): [number, number] => [of(small), of(large)];
  const found = small.report.verdict.headline === large.report.verdict.headline;
  return [
    same(
      'requests but the node list',
      both(({ served }) => served.requests - served.nodePages),
    ),
    same(
      'execs',
      both(({ served }) => served.execs),
    ),
    same(
      'bytes of the API but the node list',
      both(({ served }) => served.apiBytes),
    ),
    // Three nodes are read, and each holds a route, a neighbour and an FDB entry for every peer.
    same(
      'bytes of commands but the tables of peers',
      both(({ served }) => served.execBytesButPeers),
    ),
    {
      what: 'first finding',
      measured: found ? 'the same' : large.report.verdict.headline,
      limit: `= at ${SMALL} nodes`,
      verdict: found ? 'ok' : 'broken',
    },
  ];
}

const kb = (bytes: number): string =>
  bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;

async function message<T>(api: ChildProcess): Promise<T> {
  const [said]: T[] = await once(api, 'message');
  if (said === undefined) throw new Error('the generated API server said nothing');
  return said;
}
