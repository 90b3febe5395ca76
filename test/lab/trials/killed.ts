// kill -9 of the client at ten moments of a run: nothing of ours may live on in anybody's pod, nor in the cluster.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { faultsLike } from '../faults.js';
import type { Lab } from '../lab.js';
import { play } from '../play.js';
import { productCommand, type Rung } from '../product.js';
import { until } from '../run.js';
import { NAMESPACE } from '../scene.js';
import type { Trial } from './trial.js';

const TIMES = 10;
const STEP_MS = 350;
/** After this no process of ours may run, whatever became of us. */
const GONE_MS = 10_000;
const TIMEOUT_SECONDS = 10;
/** A probe pod's own deadline: `--timeout` and 30 s. */
const OBJECTS_GONE_MS = (TIMEOUT_SECONDS + 30 + 15) * 1000;

/** Our scripts arrive on standard input behind this bootstrap, and what they start is ours too. */
const OURS = /while IFS= read -r l;do \[ "\$l" = end-[0-9a-f]{12}|\/dev\/tcp\/\$1|ping -n -M do/;

export const killed: Trial = {
  name: 'killed',
  shows: `kill -9 at ${TIMES} moments leaves no process after ${GONE_MS / 1000} s and no object after its deadline`,
  async run(lab, seed, say) {
    // Attempts that time out keep a run busy long enough to be struck in every phase.
    const faults = await faultsLike(['fdb-entry-gone', 'underlay-drops-*']);
    const fault = faults.find(({ flavours }) => flavours.includes(lab.flavour.set));
    if (fault === undefined) return;
    const zombiesBefore = zombies();
    const during = async (
      _: unknown,
      flow: { readonly source: string; readonly dest: string; readonly port: number },
    ): Promise<void> => {
      for (const rung of ['exec', 'node'] as const) {
        const struck: number[] = [];
        for (let at = 1; at <= TIMES; at += 1) struck.push(await strike(lab, { rung, flow, afterMs: at * STEP_MS }));
        const left = await settled(GONE_MS, () => ours().length);
        const words = `${struck.join(' ')} processes of ours at the moments of the kills, ${left} after ${GONE_MS / 1000} s`;
        say({ name: `--probe ${rung}: processes`, passed: left === 0 && struck.some((count) => count > 0), words });
        const entries = await settled(GONE_MS, () => Math.max(0, zombies() - zombiesBefore));
        say({ name: `--probe ${rung}: zombies`, passed: entries === 0, words: `${entries} more than before` });
        if (rung === 'exec') continue;
        const made = await objects(lab);
        const still = await settled(OBJECTS_GONE_MS, async () => (await objects(lab)).length);
        say({
          name: `--probe ${rung}: objects`,
          passed: still === 0,
          words: `${made.length} Jobs and pods of ours after the kills, ${still} after the deadline`,
        });
      }
    };
    const played = await play(lab, fault, { seed, during });
    if (!played.passed) say({ name: fault.id, passed: false, words: played.words });
  },
};

interface Strike {
  readonly rung: Rung;
  readonly flow: { readonly source: string; readonly dest: string; readonly port: number };
  readonly afterMs: number;
}

/** How many processes of ours ran when the client was killed. */
async function strike(lab: Lab, { rung, flow, afterMs }: Strike): Promise<number> {
  const words = [
    flow.source,
    flow.dest,
    '--port',
    String(flow.port),
    '-n',
    NAMESPACE,
    '--probe',
    rung,
    '--yes',
    '--timeout',
    `${TIMEOUT_SECONDS}s`,
  ];
  const [program = '', ...args] = productCommand(
    flow.dest.startsWith('pod/') ? words : words.filter((_, at) => at !== 2 && at !== 3),
  );
  const child = spawn(program, args, { env: { ...process.env, KUBECONFIG: lab.kubeconfig }, stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  const running = ours().length;
  child.kill('SIGKILL');
  return running;
}

/** Every process of this machine, and so of every node and pod of the lab, that we started. */
function ours(): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && OURS.test(commandLine(pid)));
}

/** A container's first process is rarely an init: what is left to it stays, and counts against the pod's limit. */
function zombies(): number {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && / Z /.test(stat(pid))).length;
}

function stat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It ended while we looked.
    return '';
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It ended while we looked.
    return '';
  }
}

async function objects(lab: Lab): Promise<readonly string[]> {
  const ran = await lab.kubectl([
    'get',
    'jobs,pods',
    '-A',
    '-l',
    'app.kubernetes.io/managed-by=kubectl-netdiag',
    '-o',
    'name',
  ]);
  return ran.stdout
    .trim()
    .split('\n')
    .filter((name) => name !== '');
}

/** The count when it has come to nothing, or what is left of it when the time is over. */
async function settled(withinMs: number, count: () => number | Promise<number>): Promise<number> {
  return until('nothing of ours', withinMs, async () => ((await count()) === 0 ? 0 : undefined)).catch(count);
}
