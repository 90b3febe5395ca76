// What people read of a hook: one line a table, citing the rule that mattered.
import type { Verdict } from './chain.js';
import type { BaseChain } from './base-chain.js';
import { type Frame, isDrawn } from './packet.js';
import type { Step } from './prediction.js';

export interface HookStep {
  readonly before: Frame;
  readonly after: Frame;
  readonly base: BaseChain;
  readonly trail: readonly string[];
  readonly verdict: Verdict;
  readonly by: string;
}

export function hookStep({ before, after, base, trail, verdict, by }: HookStep): Step | undefined {
  if (trail.length === 0 && verdict.kind === 'accept') return undefined;
  const says = `${base.label}: ${[changeText(before, after), verdictText(verdict)].filter((text) => text !== '').join(', ')}`;
  const kind =
    verdict.kind === 'accept'
      ? moved(before, after)
        ? 'nat'
        : 'netfilter'
      : verdict.kind === 'reject'
        ? 'refuse'
        : 'drop';
  const step = { kind: verdict.kind === 'unknown' ? 'unread' : kind, says, cites: by, command: base.command } as const;
  return trail.length > 0 ? { ...step, trail } : step;
}

const moved = (before: Frame, after: Frame): boolean => changeOfEnds(before, after) !== '';

const portText = (port: number): string => (isDrawn(port) ? '(any port)' : String(port));

function changeOfEnds(before: Frame, after: Frame): string {
  const changes: string[] = [];
  const [from, to] = [`${before.dst}:${portText(before.dport)}`, `${after.dst}:${portText(after.dport)}`];
  if (from !== to) changes.push(`destination ${from} becomes ${to}`);
  const [own, other] = [`${before.src}:${portText(before.sport)}`, `${after.src}:${portText(after.sport)}`];
  if (own !== other) changes.push(`source ${own} becomes ${other}`);
  return changes.join(', ');
}

function changeText(before: Frame, after: Frame): string {
  const ends = changeOfEnds(before, after);
  const mark = before.mark === after.mark ? '' : `mark becomes 0x${after.mark.toString(16)}`;
  return [ends, mark].filter((text) => text !== '').join(', ');
}

function verdictText(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'accept':
      return 'passes';
    case 'drop':
      return 'dropped';
    case 'reject':
      return `rejected with ${verdict.how}`;
    default:
      return `not to be decided: ${verdict.why}`;
  }
}

export const translationStep = (before: Frame, after: Frame): Step => ({
  kind: 'conntrack',
  says: `connection tracking: ${changeOfEnds(before, after) || 'the quoted packet is translated back'}`,
  cites: before.conn
    ? `${before.conn.original.src}:${before.conn.original.sport} -> ${before.conn.original.dst}:${before.conn.original.dport}`
    : '',
  command: 'conntrack -L',
});
