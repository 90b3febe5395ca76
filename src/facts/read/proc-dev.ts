// /proc/net/dev
import { isUnreadable, type Unreadable } from '../fact.js';
import type { LinkCounters } from '../network.js';
import { notRead } from './answered.js';
import { split } from './words.js';

export type CountersByLink = Readonly<Record<string, LinkCounters>>;

export function readProcDev(text: string): CountersByLink | Unreadable {
  const byLink: Record<string, LinkCounters> = {};
  // Two lines of headings lead.
  for (const line of text.trimEnd().split('\n').slice(2)) {
    const match = /^\s*([^\s]+):\s*(.*)$/.exec(line);
    if (!match) return notRead('/proc/net/dev', line);
    const read = counters(match[2] ?? '');
    if (isUnreadable(read)) return read;
    byLink[match[1] ?? ''] = read;
  }
  return byLink;
}

/** bytes packets errs drop fifo frame compressed multicast, then bytes packets errs drop fifo colls carrier compressed. */
function counters(line: string): LinkCounters | Unreadable {
  const numbers = split(line).map(Number);
  const [, rxPackets, rxErrors, rxDropped, , , , , , txPackets, txErrors, txDropped] = numbers;
  if (numbers.some(Number.isNaN) || txDropped === undefined) return notRead('/proc/net/dev', line);
  return {
    rxPackets: rxPackets ?? 0,
    txPackets: txPackets ?? 0,
    rxErrors: rxErrors ?? 0,
    txErrors: txErrors ?? 0,
    rxDropped: rxDropped ?? 0,
    txDropped,
  };
}
