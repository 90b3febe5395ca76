// npm run lab -- VERB: the lab by hand.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clear, remains } from './down.js';
import { flavourOf, sets } from './flavours.js';
import { labUp, openLab, readState } from './lab.js';
import { inNamespace } from './fabric.js';
import { inNode } from './node.js';
import { requireRoot } from './packages.js';
import { say } from './say.js';
import { LabError, settings } from './settings.js';
import { status } from './status.js';

interface Command {
  readonly flags: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

type Verb = (command: Command) => Promise<number>;

const usage = `usage: npm run lab -- VERB
  up [--set A|B|C] [--proxy iptables|nftables] [--cni vxlan|host-gw] [--policy none|kube-router] [--workers N]
  down                 end the lab and leave nothing behind but the build cache
  status               what runs and whether it is healthy
  env                  the line that points kubectl here: eval "$(npm run -s lab -- env)"
  exec NODE -- CMD     run a command in a node, or in "fabric" or "outside"
  logs [NAME]          the log of a program; without a name, which there are
  list                 the faults
  inject FAULT [--seed N]
  heal [FAULT]
  prove [GLOB...] [--set A|B|C] [--seed N]
  record [GLOB...] [--into DIR] [--seed N]   each fault as a story for the fast tests; without a glob all of the set
  trial [NAME...] [--seed N]   less rights, two faults at once, kill -9, small agents
  selftest             up and down in an instance of its own, also killed at three moments; nothing may be left`;

const verbs: Readonly<Record<string, Verb>> = {
  up: async ({ flags }) => {
    const running = readState(settings());
    await labUp(flavourOf(flags) ?? (running?.phase === 'up' ? running.flavour : sets.A));
    return 0;
  },
  down: async () => {
    requireRoot();
    await clear(settings());
    const left = remains(settings());
    for (const line of left) console.error(`still there: ${line}`);
    return left.length === 0 ? 0 : 1;
  },
  status: async () => {
    const { lines, isHealthy } = await status(await openLab());
    console.log(lines.join('\n'));
    return isHealthy ? 0 : 1;
  },
  env: async () => {
    console.log(`export KUBECONFIG=${(await openLab()).kubeconfig}`);
    return 0;
  },
  exec: async ({ words }) => {
    const [name, ...command] = words;
    if (name === undefined || command.length === 0) throw new LabError('usage: exec NODE -- CMD');
    const wire = ['fabric', 'outside'].includes(name);
    const prefix = wire ? [...inNamespace(settings(), name), ...command] : inNode(settings(), name, command);
    return attached(prefix);
  },
  logs: ({ words }) => logs(words[0]),
  list: async () => {
    const { listFaults } = await import('./faults.js');
    console.log(await listFaults());
    return 0;
  },
  inject: async ({ words, flags }) => {
    const { inject } = await import('./faults.js');
    await inject(await openLab(), required(words[0], 'inject FAULT'), seedOf(flags));
    return 0;
  },
  heal: async ({ words }) => {
    const { heal } = await import('./faults.js');
    await heal(await openLab(), words[0]);
    return 0;
  },
  prove: async ({ words, flags }) => {
    const { prove } = await import('./prove.js');
    const asked = flavourOf(flags);
    const lab = asked === undefined ? await openLab() : await labUp(asked);
    return prove(lab, words, { seed: seedOf(flags) });
  },
  trial: async ({ words, flags }) => {
    const [{ TRIALS }, { runTrials }] = await Promise.all([import('./trials/index.js'), import('./trials/trial.js')]);
    const unknown = words.find((word) => !TRIALS.some(({ name }) => name === word));
    if (unknown !== undefined)
      throw new LabError(`no trial ${unknown}: there are ${TRIALS.map(({ name }) => name).join(', ')}`);
    const chosen = TRIALS.filter(({ name }) => words.length === 0 || words.includes(name));
    return (await runTrials(await openLab(), chosen, seedOf(flags))) === 0 ? 0 : 1;
  },
  selftest: async () => {
    requireRoot();
    const { selftest } = await import('./selftest.js');
    return (await selftest()) === 0 ? 0 : 1;
  },
  record: async ({ words, flags }) => {
    const { record } = await import('./record.js');
    return record(await openLab(), words, { seed: seedOf(flags), into: flags['into'] });
  },
};

async function logs(name: string | undefined): Promise<number> {
  const { dir } = settings();
  const files = new Map(logFiles(dir).map((file) => [nameOf(file), file]));
  if (name === undefined) {
    console.log([...files.keys()].toSorted().join('\n'));
    return 0;
  }
  const file = files.get(name);
  if (file === undefined) throw new LabError(`no log ${name}: there are ${[...files.keys()].toSorted().join(', ')}`);
  return attached(['cat', file]);
}

function logFiles(dir: string): readonly string[] {
  const nodes = existsSync(join(dir, 'nodes')) ? readdirSync(join(dir, 'nodes')) : [];
  return [join(dir, 'log'), ...nodes.map((node) => join(dir, 'nodes', node))].flatMap(logsIn);
}

function logsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => join(folder, name));
}

// log/etcd.log is "etcd", nodes/w1/kubelet.log is "kubelet-w1".
function nameOf(file: string): string {
  const [folder, name] = file.split('/').slice(-2);
  const program = name!.replace(/\.log$/, '');
  return folder === 'log' ? program : `${program}-${folder}`;
}

function attached(argv: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(argv[0]!, argv.slice(1), { stdio: 'inherit' });
    child.on('close', (code) => resolve(code ?? 137));
    child.on('error', () => resolve(127));
  });
}

function required(word: string | undefined, form: string): string {
  if (word === undefined) throw new LabError(`usage: ${form}`);
  return word;
}

function seedOf(flags: Readonly<Record<string, string>>): number {
  return Number(flags['seed'] ?? Math.floor(Math.random() * 1e6));
}

async function main(argv: readonly string[]): Promise<number> {
  const [verb, ...rest] = argv;
  const run = verbs[verb ?? ''];
  if (run === undefined) {
    console.error(usage);
    return 2;
  }
  const value = { type: 'string' } as const;
  const options = { set: value, proxy: value, cni: value, policy: value, workers: value, seed: value, into: value };
  const { values, positionals } = parseArgs({ args: [...rest], options, allowPositionals: true });
  return run({ flags: { ...values }, words: positionals });
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  // A mistake of ours shows where it was made; anything else is one line for the person at the keyboard.
  const isOurs = error instanceof TypeError && !('code' in error);
  if (error instanceof Error && !isOurs) say(error.message);
  else console.error(error);
  return 2;
});
