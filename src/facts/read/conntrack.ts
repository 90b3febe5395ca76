// conntrack entries: `conntrack -L -o extended` and /proc/net/nf_conntrack print the same line.
import { unreadable, type Unreadable } from '../fact.js';
import type { ConntrackEntry, ConntrackStats, ConntrackTable, Tuple } from '../network.js';
import { notRead, readLines } from './answered.js';
import { present } from './tool-json.js';
import { split } from './words.js';

const identity = ({ protocol, original, reply }: ConntrackEntry): string => JSON.stringify([protocol, original, reply]);

/** Two questions may name one entry twice, its timeout a second apart: kept once. */
export function readConntrackEntries(text: string): readonly ConntrackEntry[] | Unreadable {
  const entries = readLines(text, entry);
  if ('unreadable' in entries) return entries;
  return [...new Map(entries.map((each) => [identity(each), each])).values()];
}

/** `ipv4 2 tcp 6 119 TIME_WAIT src=… dst=… sport=… dport=… [UNREPLIED] src=… … [ASSURED] mark=0 use=1`. */
function entry(line: string): ConntrackEntry | Unreadable {
  const [, , protocol = '', , ...rest] = split(line);
  // A table entry being deleted has no timeout; then the first word is the state already.
  const timeout = /^\d+$/.test(rest[0] ?? '') ? Number(rest[0]) : 0;
  const state = rest.slice(0, 2).find((word) => /^[A-Z][A-Z0-9_]+$/.test(word));
  const starts = rest.flatMap((word, at) => (word.startsWith('src=') ? [at] : []));
  if (starts.length !== 2) return notRead('conntrack', line);
  const mark = rest.find((word) => word.startsWith('mark='));
  return present<ConntrackEntry>({
    protocol,
    state,
    timeoutSeconds: timeout,
    original: tuple(rest.slice(starts[0], starts[1])),
    reply: tuple(rest.slice(starts[1])),
    unreplied: rest.includes('[UNREPLIED]'),
    assured: rest.includes('[ASSURED]'),
    mark: Number(mark?.slice('mark='.length) ?? 0),
    text: line.trim(),
  });
}

function tuple(words: readonly string[]): Tuple {
  const value = (key: string): string => words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1) ?? '';
  return { src: value('src'), dst: value('dst'), sport: Number(value('sport')), dport: Number(value('dport')) };
}

/** Lines of `count 12`. No such file: nothing is tracked in this kernel. */
export function readConntrackTable(text: string): ConntrackTable | Unreadable {
  const values = Object.fromEntries(
    text
      .split('\n')
      .map(split)
      .map(([name = '', value]) => [name, Number(value)]),
  );
  const { count, max, buckets } = values;
  if (count === undefined || max === undefined || Number.isNaN(count + max)) {
    return unreadable('nf_conntrack_count and nf_conntrack_max were not printed');
  }
  return present<ConntrackTable>({ count, max, buckets });
}

/** `cpu=0 found=0 …`, a line a CPU; without root the tool prints the /proc file's columns in the same form. */
export function readConntrackStats(text: string): ConntrackStats | Unreadable {
  const lines = text.split('\n').filter((line) => line.startsWith('cpu='));
  return summed(
    lines.map((line) => Object.fromEntries(split(line).map((word) => pair(word)))),
    'conntrack -S',
  );
}

const pair = (word: string): readonly [string, number] => {
  const [name = '', value] = word.split('=');
  return [name, Number(value)];
};

/** /proc/net/stat/nf_conntrack: hexadecimal, a line a CPU under one heading. */
export function readProcConntrackStats(text: string): ConntrackStats | Unreadable {
  const [heading = [], ...rows] = text.trimEnd().split('\n').map(split);
  const cpus = rows.map((row) =>
    Object.fromEntries(heading.map((name, at) => [name, Number.parseInt(row[at] ?? '', 16)])),
  );
  return summed(cpus, '/proc/net/stat/nf_conntrack');
}

function summed(cpus: readonly Readonly<Record<string, number>>[], tool: string): ConntrackStats | Unreadable {
  const sum = (name: string): number => cpus.reduce((total, cpu) => total + (cpu[name] ?? 0), 0);
  const stats = {
    found: sum('found'),
    invalid: sum('invalid'),
    insertFailed: sum('insert_failed'),
    drop: sum('drop'),
    earlyDrop: sum('early_drop'),
  };
  const read =
    cpus.length > 0 && cpus.every((cpu) => 'insert_failed' in cpu) && !Object.values(stats).some(Number.isNaN);
  return read ? stats : unreadable(`${tool} printed no statistics`);
}
