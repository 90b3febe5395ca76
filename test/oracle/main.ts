// `npm run oracle -- --cases N --seed N`: random situations, the kernel's verdict and ours, compared packet by packet.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { summary } from '../path/support/tell.js';
import { situationsOf } from './captured.js';
import { captures } from './captures.js';
import { cluster } from './cluster.js';
import { judgeCluster } from './cluster-judge.js';
import { recordCluster } from './cluster-record.js';
import { recordCorpus } from './corpus.js';
import { Counts, type Result } from './counts.js';
import { isRejected } from './kernel.js';
import { judge } from './judge.js';
import { runMutants } from './mutants.js';
import { PUBLIC, publicSituations } from './public.js';
import { record } from './record.js';
import { shrink } from './shrink.js';
import { dice } from './random.js';
import { type Family, type Sent, type Situation, isOpen, situation } from './situation.js';

const PACKETS = 80;
const CLUSTER_PACKETS = 60;
const [MUTANTS, SITUATIONS] = [30, 48];
const FAMILIES: readonly (Family | 'cluster')[] = [
  'routes',
  'nat',
  'iptables-nft',
  'cluster',
  'nft',
  'iptables-legacy',
  'nat',
  'iptables-both',
];

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    family: { type: 'string', multiple: true, default: [] },
    at: { type: 'string', multiple: true, default: [] },
    show: { type: 'string', default: '5' },
    shrink: { type: 'string', default: '2' },
    mutants: { type: 'boolean', default: false },
    corpus: { type: 'string', default: '' },
    keep: { type: 'string', default: '' },
    unanswered: { type: 'boolean', default: false },
    captured: { type: 'boolean', default: false },
  },
});

if (process.getuid?.() !== 0) {
  console.error('the oracle makes network namespaces and loads rules into them: it must run as root');
  process.exit(2);
}

const counts = new Counts();
const cases = Number(values.cases);
const seed = Number(values.seed);
const chosen = FAMILIES.filter((family) => values.family.length === 0 || values.family.includes(family));
const started = Date.now();
let shrunk = 0;
console.log(`seed ${seed}, ${cases} cases, families ${[...new Set(chosen)].join(', ')}`);

async function one(at: number): Promise<void> {
  const number = seed * 1_000_003 + at;
  const open = isOpen(seed, at);
  const family = chosen[at % chosen.length] ?? 'routes';
  if (family === 'cluster') {
    const made = cluster(dice(number), { packets: CLUSTER_PACKETS, open });
    counts.situation(family, made.undecided);
    for (const result of judgeCluster(await recordCluster(made)))
      tell(`situation ${at} (cluster), broken: ${made.faults.join(' | ')}: ${JSON.stringify(result.packet)}`, {
        family,
        result,
      });
    return;
  }
  await compareOn(situation(dice(number), family, { packets: PACKETS, open }), `situation ${at}`);
}

async function compareOn(made: Situation, name: string): Promise<void> {
  const { family } = made;
  const recorded = await record(made);
  if (isRejected(recorded)) return counts.rejected(family, `${name}: ${recorded.rejected}`);
  counts.situation(family, made.undecided);
  const judged = judge(recorded);
  for (const result of judged) tell(`${name} (${family}): ${JSON.stringify(result.sent)}`, { family, result });
  const wrong = judged.find(({ comparison }) => comparison.kind === 'disagree');
  if (wrong && shrunk < Number(values.shrink))
    await tellSmallest(made, wrong.sent, `${family}-${seed}-${name.replaceAll(/[^a-z0-9]+/g, '-')}.jsonl`);
}

/** The rules of real nodes, instead of any that dice made. */
async function compareCaptured(): Promise<void> {
  for (const capture of captures()) for (const made of situationsOf(capture)) await compareOn(made, capture.name);
  for (const each of PUBLIC) for (const made of publicSituations(each, dice(seed))) await compareOn(made, each.name);
}

/** As it stands it is a test: `--keep test/path/captured/oracle`, and oracle-cases.test.ts finds it there. */
async function tellSmallest(made: Situation, sent: Sent, name: string): Promise<void> {
  shrunk += 1;
  const smallest = await shrink(made, sent);
  if (!smallest) return console.log('  does not come again when the packet is sent alone');
  const text = `${JSON.stringify(smallest)}\n`;
  if (values.keep !== '') writeFileSync(join(values.keep, name), text);
  console.log(`smallest, as ${name}: ${text}`);
}

function tell(what: string, { family, result }: { readonly family: string; readonly result: Result }): void {
  counts.add(family, result);
  const { comparison, prediction, open } = result;
  const lines = summary(prediction).map((line) => `  ${line}`);
  if (comparison.kind === 'unanswered' && values.unanswered && open === undefined)
    console.log([what, ...lines.filter((line) => line.includes('unknown'))].join('\n'));
  if (comparison.kind !== 'disagree' || counts.failed > Number(values.show)) return;
  console.log(what);
  console.log(`  kernel: ${comparison.kernel.lines.join(' | ') || 'nothing'}`);
  for (const each of comparison.ours) console.log(`  ours:   ${each.lines.join(' | ') || 'nothing'}`);
  if (comparison.rules !== undefined) console.log(`  rules:  ${comparison.rules}`);
  console.log(lines.join('\n'));
}

if (values.mutants) await tryMutants();
else await compareAll();

/** `--corpus FILE` keeps the records there, or takes those that it finds. */
async function tryMutants(): Promise<void> {
  const corpus = values.corpus === '' ? join(tmpdir(), `netdiag-corpus-${process.pid}.jsonl`) : values.corpus;
  if (!existsSync(corpus)) writeFileSync(corpus, await recordCorpus(seed, SITUATIONS));
  const survivors = runMutants({ seed, count: MUTANTS, corpus });
  if (values.corpus === '') rmSync(corpus);
  console.log(`${MUTANTS - survivors} passed, ${survivors} failed`);
  process.exitCode = survivors === 0 ? 0 : 1;
}

async function compareAll(): Promise<void> {
  // Situations that disagreed once, by their number, or all in turn.
  if (values.captured) await compareCaptured();
  else if (values.at.length > 0) for (const at of values.at) await one(Number(at));
  else for (let at = 0; counts.total < cases && at < cases; at += 1) await one(at);
  for (const line of counts.lines((Date.now() - started) / 1000)) console.log(line);
  const missed = counts.missed();
  for (const line of missed) console.log(`too easy: ${line}`);
  console.log(`${counts.total - counts.failed} passed, ${counts.failed + missed.length} failed`);
  process.exitCode = counts.failed + missed.length === 0 ? 0 : 1;
}
