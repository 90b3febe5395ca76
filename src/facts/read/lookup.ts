// What a lookup came to.
import { unreadable, type Unreadable } from '../fact.js';
import type { Lookup } from '../observation.js';
import type { Answered } from './answered.js';
import { clientLines } from './attempt.js';
import { readDnsMessage } from './dns-message.js';
import { present } from './tool-json.js';
import { split } from './words.js';

type Asked = Pick<Lookup, 'server' | 'name'>;
type Found = Omit<Lookup, 'tool' | 'server' | 'name'>;

export const readLookup =
  (asked: Asked) =>
  (answer: Answered): Lookup | Unreadable => {
    const found = readersOf(answer);
    if (found === undefined)
      return unreadable(`${answer.tool} told of no lookup: ${(answer.text || answer.stderr).trim().slice(0, 160)}`);
    return { tool: answer.tool, ...asked, ...found };
  };

/** The container's own resolver: which server answered is not told. */
export const readResolve = (name: string): ((answer: Answered) => Lookup | Unreadable) =>
  readLookup({ server: '', name });

function readersOf(answer: Answered): Found | undefined {
  if (answer.text.startsWith('resolve ')) return fromResolve(answer.text);
  if (answer.tool === 'dig') return fromDig(answer);
  if (answer.tool === 'nslookup') return fromNslookup(answer);
  if (answer.tool === 'getent') return fromGetent(answer);
  return fromClient(answer.text);
}

const nothing = { addresses: [], aliases: [] } as const;

function fromClient(text: string): Found | undefined {
  const [line] = clientLines(text);
  if (line === undefined) return undefined;
  const { end, elapsedMs, raw, reply } = line;
  const message = end === 'reply' ? readDnsMessage(reply ?? '') : undefined;
  if (!message) return { end: endOf(end), ...nothing, elapsedMs, raw };
  const { rcode, addresses, aliases } = message;
  return { end: 'answered', rcode, addresses, aliases, elapsedMs, raw };
}

const ENDS: Readonly<Record<string, Lookup['end']>> = {
  silent: 'timeout',
  timeout: 'timeout',
  ETIMEDOUT: 'timeout',
  ECONNREFUSED: 'refused',
  // The sender's own kernel: a rule in OUTPUT, or Cilium's socket programs where a Service has no backend.
  EPERM: 'not-permitted',
  EACCES: 'not-permitted',
};
const endOf = (end: string): Lookup['end'] => ENDS[end] ?? 'unknown';

function fromDig({ text, elapsedMs }: Answered): Found | undefined {
  const rcode = /status: ([A-Z]+)/.exec(text)?.[1];
  const time = Number(/^;; Query time: (\d+) msec/m.exec(text)?.[1] ?? elapsedMs);
  const records = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(';'))
    .map(split);
  const of = (...types: string[]): readonly string[] =>
    records.flatMap(([, , , type = '', data = '']) => (types.includes(type) ? [data.replace(/\.$/, '')] : []));
  const raw = text.trim();
  if (rcode) return { end: 'answered', rcode, addresses: of('A', 'AAAA'), aliases: of('CNAME'), elapsedMs: time, raw };
  if (/connection refused/.test(text)) return { end: 'refused', ...nothing, elapsedMs: time, raw };
  // It then says that no server could be reached, as after a silence.
  if (/failed: permission denied/.test(text)) return { end: 'not-permitted', ...nothing, elapsedMs: time, raw };
  return /timed out|no servers could be reached/.test(text)
    ? { end: 'timeout', ...nothing, elapsedMs: time, raw }
    : undefined;
}

/** BIND's and busybox's word it alike where it matters. */
function fromNslookup({ text, elapsedMs }: Answered): Found | undefined {
  const raw = text.trim();
  const [, ...answer] = text.split(/\n\s*\n/);
  const said = answer.join('\n');
  const addresses = [...said.matchAll(/^Address(?: \d+)?:\s+([\da-f.:]+)\s*$/gim)].map((each) => each[1] ?? '');
  const aliases = [...said.matchAll(/canonical name = (\S+?)\.?$/gm)].map((each) => each[1] ?? '');
  const refusal = /server can't find \S+: ([A-Z]+)/.exec(text)?.[1];
  if (refusal) return { end: 'answered', rcode: refusal, addresses, aliases, elapsedMs, raw };
  if (addresses.length + aliases.length > 0 || /no answer|^Non-authoritative answer:\s*$/im.test(said || text)) {
    return { end: 'answered', rcode: 'NOERROR', addresses, aliases, elapsedMs, raw };
  }
  if (/connection refused/i.test(text)) return { end: 'refused', ...nothing, elapsedMs, raw };
  return /timed out|no servers could be reached/.test(text)
    ? { end: 'timeout', ...nothing, elapsedMs, raw }
    : undefined;
}

/** `EAI_NONAME`: every name of the search list was denied, or has no address. `EAI_AGAIN`: silence or SERVFAIL, not told which. */
function fromResolve(text: string): Found {
  const [, end = '', ms, ...addresses] = split(text);
  const answered = end === 'found' || end === 'EAI_NONAME' || end === 'EAI_NODATA' || end === 'ENOTFOUND';
  return { end: answered ? 'answered' : 'unknown', addresses, aliases: [], elapsedMs: Number(ms), raw: text.trim() };
}

function fromGetent({ text, exit, elapsedMs }: Answered): Found {
  const addresses = [...new Set(text.split('\n').map((line) => split(line)[0] ?? ''))].filter((each) => each !== '');
  const answered = exit === 0 && addresses.length > 0;
  return present<Found>({
    end: answered ? 'answered' : 'unknown',
    addresses,
    aliases: [],
    elapsedMs,
    raw: text.trim(),
  });
}
