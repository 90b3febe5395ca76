// The pairs of a namespace, pods of one workload together where policies treat them alike.
import type { PodObject } from '../facts/kube.js';
import type { Cell } from '../path/policy/matrix.js';
import { doubtsOf } from '../path/policy/intended.js';
import { sideText } from '../path/policy/reason.js';
import { API_VERSION } from './json.js';

export type Verdict = Cell['told']['holds'];

export interface MatrixReport {
  readonly apiVersion: string;
  readonly kind: 'PolicyMatrix';
  readonly namespace: string;
  readonly context: string;
  readonly enforcer: { readonly name: string; readonly enforces: boolean | 'unknown' };
  readonly exitCode: number;
  readonly pods: Readonly<Record<string, readonly string[]>>;
  readonly cells: readonly {
    readonly from: string;
    readonly to: string;
    readonly port: number;
    readonly protocol: string;
    /** What the policies say, and what comes of it; `mixed` where pods of a workload differ. */
    readonly says: Verdict;
    readonly holds: Verdict;
    readonly because: string;
  }[];
}

export function matrixReport(
  cells: readonly Cell[],
  { namespace, context, enforcer }: Pick<MatrixReport, 'namespace' | 'context' | 'enforcer'>,
): MatrixReport {
  const pods: Record<string, string[]> = {};
  for (const pod of new Set(cells.flatMap(({ from, to }) => [from, to]))) (pods[workloadOf(pod)] ??= []).push(pod.name);
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = [workloadOf(cell.from), workloadOf(cell.to), cell.port, cell.protocol].join(' ');
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(cell);
  }
  const folded = [...groups.values()].map(foldedOf);
  const exitCode = folded.some(({ holds }) => holds === 'unknown') ? 4 : 0;
  return { apiVersion: API_VERSION, kind: 'PolicyMatrix', namespace, context, enforcer, exitCode, pods, cells: folded };
}

function foldedOf(group: readonly Cell[]): MatrixReport['cells'][number] {
  const [first] = group;
  if (!first) throw new Error('a group of the matrix without a cell');
  const { from, to, port, protocol } = first;
  const [says, holds] = (['says', 'holds'] as const).map((key) => joined(group.map(({ told }) => told[key])));
  return {
    from: workloadOf(from),
    to: workloadOf(to),
    port,
    protocol,
    says: says ?? 'unknown',
    holds: holds ?? 'unknown',
    because: becauseOf(first),
  };
}

function joined(all: readonly Verdict[]): Verdict {
  const [first = 'unknown', ...rest] = [...new Set(all)];
  return rest.length === 0 ? first : all.includes('unknown') ? 'unknown' : 'mixed';
}

function becauseOf({ told, port, protocol }: Cell): string {
  const sides = told.ways.flatMap((way) => way.sides);
  if (told.says === 'unknown') return doubtsOf(told).join('; ');
  const side =
    sides.find(({ ruling }) => told.says === 'deny' && ruling.verdict === 'deny') ??
    sides.find(({ ruling }) => ruling.basis.kind === 'rule');
  return side ? sideText(side, `${port}/${protocol.toLowerCase()}`) : 'no policy closes either end';
}

/** A ReplicaSet's name ends in its template's hash; the workload is what stands before it. */
function workloadOf({ owner, name, labels }: PodObject): string {
  if (!owner) return name;
  const hash = labels['pod-template-hash'];
  return hash && owner.name.endsWith(`-${hash}`) ? owner.name.slice(0, -hash.length - 1) : owner.name;
}
