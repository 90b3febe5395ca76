// `npm run oracle -- --cases N --seed N`: random situations, the kernel's verdict and ours, compared packet by packet.
import { parseArgs } from 'node:util';
import { summary } from '../path/support/tell.js';
import { cluster } from './cluster.js';
import { runCluster } from './cluster-main.js';
import { Counts, type Result } from './counts.js';
import { isRejected } from './kernel.js';
import { runNode } from './node-run.js';
import { dice } from './random.js';
import { type Family, situation } from './situation.js';

const PACKETS = 80;
const CLUSTER_PACKETS = 60;
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
    show: { type: 'string', default: '5' },
    unanswered: { type: 'boolean', default: false },
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
console.log(`seed ${seed}, ${cases} cases, families ${[...new Set(chosen)].join(', ')}`);

async function one(at: number): Promise<void> {
  const number = seed * 1_000_003 + at;
  const family = chosen[at % chosen.length] ?? 'routes';
  if (family === 'cluster') {
    const made = cluster(dice(number), CLUSTER_PACKETS);
    counts.situation(family, false);
    for (const result of await runCluster(made))
      tell(`situation ${at} (cluster), broken: ${made.faults.join(' | ')}: ${JSON.stringify(result.packet)}`, {
        family,
        result,
      });
    return;
  }
  const made = situation(dice(number), family, PACKETS);
  const ran = await runNode(made);
  if (isRejected(ran)) return counts.rejected(family, ran.rejected);
  counts.situation(family, made.undecided);
  for (const result of ran) tell(`situation ${at} (${family}): ${JSON.stringify(result.sent)}`, { family, result });
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

for (let at = 0; counts.total < cases && at < cases; at += 1) await one(at);
for (const line of counts.lines((Date.now() - started) / 1000)) console.log(line);
const missed = counts.missed();
for (const line of missed) console.log(`too easy: ${line}`);
console.log(`${counts.total - counts.failed} passed, ${counts.failed + missed.length} failed`);
process.exitCode = counts.failed + missed.length === 0 ? 0 : 1;
