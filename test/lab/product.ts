// Our product as a user runs it: the built program, its words for the flow, its JSON.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Flow } from './fault.js';
import type { Lab } from './lab.js';
import { run, type Ran } from './run.js';
import { NAMESPACE } from './scene.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TIMEOUT_MS = 45_000;

export type Rung = 'none' | 'exec' | 'node';

export interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly summary: string;
  /** What it is about and what it says, without the evidence, which quotes whole commands. */
  readonly about: string;
  /** The whole finding as printed, in which the evidence must cite the fault's object. */
  readonly text: string;
}

export interface Answer {
  readonly exitCode: number;
  readonly findings: readonly Finding[];
  readonly flows: readonly FlowSaid[];
  /** Checks that could not judge something. */
  readonly unjudged: readonly string[];
  readonly seconds: number;
  /** What it said instead, when it gave no report. */
  readonly trouble: string;
}

/** A flow as the report tells of it. */
export interface FlowSaid {
  readonly name: string;
  readonly observed: string;
  readonly predicted: string;
  readonly agree: string;
  readonly hops: readonly { readonly name: string; readonly state: string; readonly says: string }[];
  readonly steps: readonly {
    readonly hop: string;
    readonly says: string;
    readonly cites: string;
    readonly trail?: readonly string[];
    readonly command?: string;
    readonly mark: string;
  }[];
}

/** Why the product cannot be run from here, or undefined when it can. */
export function productMissing(): string | undefined {
  const missing = ['bin/kubectl-netdiag', 'dist'].filter((path) => !existsSync(`${ROOT}${path}`));
  return missing.length === 0 ? undefined : `${missing.join(' and ')} missing: npm run build`;
}

interface Reach {
  readonly rung?: Rung;
  readonly more?: readonly string[];
  /** Somebody else's than the lab's own. */
  readonly kubeconfig?: string;
  /** Run behind this command, which enters another place. */
  readonly within?: readonly string[];
}

export function productRun(lab: Lab, flow: Flow, reach: Reach = {}): Promise<Answer> {
  const [kind, name = ''] = flow.dest.split('/');
  const dest = kind === 'pod' ? [`pod/${name}`, '--port', String(flow.port)] : [flow.dest];
  return productSays(lab, [flow.source, ...dest], reach);
}

/** What it says about `words`: a source and a destination, one object, or `cluster`. */
export async function productSays(
  lab: Lab,
  words: readonly string[],
  { rung = 'node', more = [], kubeconfig = lab.kubeconfig, within = [] }: Reach = {},
): Promise<Answer> {
  const scope = words[0] === 'cluster' ? [] : ['-n', NAMESPACE];
  const options = [...scope, '-o', 'json', '--probe', rung, '--yes', '--probe-namespace', 'kube-system', ...more];
  const began = Date.now();
  const ran = await product(kubeconfig, [...words, ...options], within);
  const seconds = (Date.now() - began) / 1000;
  try {
    return { exitCode: ran.code, seconds, ...saidIn(ran.stdout), trouble: '' };
  } catch {
    const said = (ran.stderr.trim() || ran.stdout.trim()).split('\n').slice(-1)[0] ?? '';
    const trouble = `exit ${ran.code}: ${said.slice(0, 160)}`;
    return { exitCode: ran.code, seconds, findings: [], flows: [], unjudged: [], trouble };
  }
}

/** What it prints, as it stands. */
export const productText = async (lab: Lab, words: readonly string[]): Promise<string> =>
  (await product(lab.kubeconfig, words)).stdout;

export const productCommand = (words: readonly string[]): readonly string[] => [
  process.execPath,
  `${ROOT}bin/kubectl-netdiag`,
  ...words,
];

const product = (kubeconfig: string, words: readonly string[], within: readonly string[] = []): Promise<Ran> =>
  run([...within, ...productCommand(words)], {
    env: { ...process.env, KUBECONFIG: kubeconfig, NO_COLOR: '1' },
    timeoutMs: TIMEOUT_MS,
  });

interface Report {
  readonly path: readonly FlowSaid[];
  readonly checks: readonly { readonly id: string; readonly status: string }[];
  readonly findings: readonly {
    readonly id: string;
    readonly severity: string;
    readonly summary?: string;
    readonly subject?: unknown;
  }[];
}

function saidIn(stdout: string): Pick<Answer, 'findings' | 'flows' | 'unjudged'> {
  const { findings, path, checks }: Report = JSON.parse(stdout);
  const unjudged = checks.filter(({ status }) => status === 'unknown').map(({ id }) => id);
  return { findings: findings.map(findingOf), flows: path, unjudged };
}

const findingOf = (finding: Report['findings'][number]): Finding => ({
  id: finding.id,
  severity: finding.severity,
  summary: finding.summary ?? '',
  about: `${JSON.stringify(finding.subject ?? '')} ${finding.summary ?? ''}`,
  text: JSON.stringify(finding),
});
