// nstat's counters, and the /proc files it takes them from.
import { unreadable, type Unreadable } from '../fact.js';
import type { Counters } from '../network.js';
import { split } from './words.js';

export function readNstat(text: string): Counters | Unreadable {
  const rows = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(split);
  return counted(
    rows.map(([name = '', value]) => [name, Number(value)]),
    'nstat',
  );
}

/** /proc/net/snmp and netstat: a line of names, a line of values, both led by the group. */
export function readProcCounters(text: string): Counters | Unreadable {
  const lines = text.split('\n').filter((line) => line.includes(': '));
  const pairs: [string, number][] = [];
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [group = '', ...names] = split(lines[at] ?? '');
    const [again, ...values] = split(lines[at + 1] ?? '');
    if (group !== again || names.length !== values.length)
      return unreadable(`/proc/net/netstat: ${group} has no values`);
    for (const [index, name] of names.entries()) pairs.push([group.replace(':', '') + name, Number(values[index])]);
  }
  return counted(pairs, '/proc/net/snmp');
}

function counted(pairs: readonly (readonly [string, number])[], tool: string): Counters | Unreadable {
  const wrong = pairs.find(([, value]) => Number.isNaN(value));
  if (wrong) return unreadable(`${tool} printed no number for ${wrong[0]}`);
  return pairs.length > 0 ? Object.fromEntries(pairs) : unreadable(`${tool} printed no counters`);
}
