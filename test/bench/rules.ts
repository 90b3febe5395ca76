// 55,000 rules as kube-proxy writes them for thousands of Services, loaded into a throw-away network namespace: the time
// the kernel's own tools need to print them, and the time we need to read them and judge the flow by them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKS } from '../../src/checks/index.js';
import { diagnose } from '../../src/cli/diagnose.js';
import { loadBundle, type Bundle } from '../../src/evidence/bundle.js';
import type { Evidence } from '../../src/evidence/evidence.js';
import { replayDoor } from '../../src/evidence/replay.js';
import { parseTarget } from '../../src/target/parse.js';
import { DEMO, FLOW, NAMESPACE } from './flow-words.js';
import { atMost, median, skipped, told, type Line } from './line.js';

const WHAT = 'reading and judging 55,000 iptables rules';
const RULES = 55_000;
const NODE = 'w1';
const BACKENDS = ['nft', 'legacy'] as const;

export async function rules(): Promise<readonly Line[]> {
  if (process.getuid?.() !== 0) return [skipped(WHAT, 'only root may make a network namespace')];
  const folder = mkdtempSync(join(tmpdir(), 'netdiag-bench-'));
  try {
    return await measured(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measured(folder: string): Promise<readonly Line[]> {
  const bundle = loadBundle(DEMO);
  writeFileSync(join(folder, 'rules'), grown(rulesOf(bundle)));
  const [nft, legacy] = BACKENDS.map((backend) => printing(folder, backend));
  if (typeof nft !== 'number') return [skipped(WHAT, nft ?? '')];
  const printed = readFileSync(join(folder, 'nft'), 'utf8');
  const count = printed.match(/^(\[\d+:\d+\] )?-A /gm)?.length ?? 0;
  if (count < RULES) throw new Error(`iptables-nft-save printed ${count} rules, not ${RULES}`);
  const before = await judging(bundle);
  const seconds = await judging(withRules(bundle, `#backend nft\n${printed}`));
  const share = ` (${seconds.toFixed(2)} s to ${nft.toFixed(2)} s; ${before.toFixed(2)} s are the rest of the flow)`;
  return [
    atMost(WHAT, seconds / nft, { limit: 1, unit: 'x iptables-nft-save', measured: share }),
    typeof legacy === 'number'
      ? told(`the same, legacy`, `${(seconds / legacy).toFixed(2)} x iptables-legacy-save (${legacy.toFixed(2)} s)`)
      : skipped('the same, legacy', legacy ?? ''),
  ];
}

/** Seconds to print what was loaded, or why it could not be. */
function printing(folder: string, backend: (typeof BACKENDS)[number]): number | string {
  const save = `iptables-${backend}-save -c > ${folder}/${backend}`;
  const script = `set -e; iptables-${backend}-restore < ${folder}/rules; TIMEFORMAT=%R; for i in 1 2 3; do time ${save}; done`;
  const ran = spawnSync('unshare', ['--net', 'bash', '-c', script], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (ran.status !== 0) return `${ran.error?.message ?? ran.stderr.trim().split('\n').at(-1)}`;
  return median(ran.stderr.trim().split('\n').slice(-3).map(Number));
}

const isRules = ({ request }: Evidence): boolean =>
  request.via === 'run' &&
  request.ask.id === 'iptables' &&
  request.where.kind === 'node' &&
  request.where.name === NODE;

function rulesOf({ evidence }: Bundle): string {
  const answer = evidence.find(isRules)?.answer;
  if (answer?.kind !== 'answered') throw new Error(`the recording holds no rules of ${NODE}`);
  return answer.text;
}

const withRules = (bundle: Bundle, text: string): Bundle => ({
  ...bundle,
  evidence: bundle.evidence.map((one) =>
    isRules(one) && one.answer.kind === 'answered' ? { ...one, answer: { ...one.answer, text } } : one,
  ),
});

/** Every round of a diagnosis, by replay: the rules are read and walked as often as in a live run. */
async function judging(bundle: Bundle): Promise<number> {
  const target = parseTarget({ words: FLOW, namespace: NAMESPACE });
  const began = performance.now();
  const diagnosed = await diagnose({ target, checks: CHECKS, door: replayDoor(bundle) });
  const seconds = (performance.now() - began) / 1000;
  if (!('findings' in diagnosed) || diagnosed.findings[0]?.verdict.check !== 'port-not-listened')
    throw new Error('the recorded flow was not judged as it was recorded');
  return seconds;
}

const PER_SERVICE = 8;

/** The recorded rules, with Services of two endpoints each ahead of those that are there. */
export function grown(recorded: string): string {
  const held = recorded.match(/^(\[\d+:\d+\] )?-A /gm)?.length ?? 0;
  const services = Array.from({ length: Math.ceil((RULES - held) / PER_SERVICE) }, (_, index) => index);
  // kube-proxy's counting object is none of the rules': iptables-restore does not make it.
  const lines = recorded.replaceAll(/ -m nfacct --nfacct-name +\S+/g, '').split('\n');
  const nat = lines.indexOf('*nat');
  const first = lines.findIndex((line, at) => at > nat && /^(\[\d+:\d+\] )?-A /.test(line));
  return [
    ...lines.slice(0, first),
    ...services.flatMap((index) => chainNames(index).map((name) => `:${name} - [0:0]`)),
    ...services.flatMap(serviceRules),
    ...lines.slice(first),
  ].join('\n');
}

/** kube-proxy hashes into sixteen characters of base32. */
const hashed = (index: number): string => index.toString(32).toUpperCase().padStart(16, 'Z');
const chainNames = (index: number): readonly [string, string, string] => [
  `KUBE-SVC-${hashed(index)}`,
  `KUBE-SEP-${hashed(2 * index)}`,
  `KUBE-SEP-${hashed(2 * index + 1)}`,
];

function serviceRules(index: number): readonly string[] {
  const [service, ...endpoints] = chainNames(index);
  const [high, low] = [index >> 8, index & 255];
  const called = `filler/s${index}:http`;
  const to = `-d 10.201.${64 + high}.${low}/32 -p tcp -m comment --comment "${called} cluster IP" -m tcp --dport 80`;
  const coin = '-m statistic --mode random --probability 0.50000000000';
  return [
    `-A KUBE-SERVICES ${to} -j ${service}`,
    `-A ${service} ! -s 10.200.0.0/16 ${to} -j KUBE-MARK-MASQ`,
    ...endpoints.flatMap((endpoint, at) => {
      const ip = `10.200.${128 + high}.${low}`;
      const named = `-m comment --comment "${called} -> ${ip}:${8080 + at}"`;
      return [
        `-A ${service} ${named} ${at === 0 ? coin : ''} -j ${endpoint}`,
        `-A ${endpoint} -s ${ip}/32 -m comment --comment "${called}" -j KUBE-MARK-MASQ`,
        `-A ${endpoint} -p tcp -m comment --comment "${called}" -m tcp -j DNAT --to-destination ${ip}:${8080 + at}`,
      ];
    }),
  ];
}
