// DNS messages in hex, RFC 1035: the question we send, and what came back.
import { ipv6 } from './proc-addresses.js';

/** Ours, so that a stray datagram is not taken for the answer. */
const ID = 0x4e44;
const TYPES: Readonly<Record<string, number>> = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, TXT: 16, AAAA: 28, SRV: 33 };
const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

export interface DnsMessage {
  readonly rcode: string;
  /** The answer did not fit into a datagram: a resolver would ask again over TCP. */
  readonly truncated: boolean;
  readonly addresses: readonly string[];
  /** Names a CNAME led to, in order. */
  readonly aliases: readonly string[];
}

/** A recursive query for a name taken as fully qualified. */
export function dnsQuery(name: string, type: 'A' | 'AAAA' = 'A'): string {
  const labels = name.split('.').filter((label) => label !== '');
  const question = labels.map(
    (label) =>
      hex(bytesOf(label).length, 1) +
      bytesOf(label)
        .map((byte) => hex(byte, 1))
        .join(''),
  );
  const [recursionDesired, one, none, root, internet] = ['0100', '0001', '0000', '00', '0001'];
  return [
    hex(ID, 2),
    recursionDesired,
    one,
    none,
    none,
    none,
    ...question,
    root,
    hex(TYPES[type] ?? 1, 2),
    internet,
  ].join('');
}

const hex = (value: number, bytes: number): string => value.toString(16).padStart(bytes * 2, '0');
const bytesOf = (text: string): readonly number[] => [...text].map((char) => (char.codePointAt(0) ?? 0) & 0xff);

/** Undefined for bytes that are no answer to our question. */
export function readDnsMessage(text: string): DnsMessage | undefined {
  const bytes = (text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  const u16 = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const flags = u16(2);
  if (bytes.length < 12 || u16(0) !== ID || (flags & 0x8000) === 0) return undefined;
  let at = 12;
  for (let left = u16(4); left > 0; left--) at = nameAt(bytes, at).next + 4;
  const addresses: string[] = [];
  const aliases: string[] = [];
  for (let left = u16(6); left > 0 && at < bytes.length; left--) {
    const { next } = nameAt(bytes, at);
    const [type, data, length] = [u16(next), next + 10, u16(next + 8)];
    if (type === TYPES['A']) addresses.push(bytes.slice(data, data + 4).join('.'));
    if (type === TYPES['AAAA']) addresses.push(ipv6At(bytes, data));
    if (type === TYPES['CNAME']) aliases.push(nameAt(bytes, data).name);
    at = data + length;
  }
  const code = flags & 0xf;
  return { rcode: RCODES[code] ?? `RCODE${code}`, truncated: (flags & 0x200) !== 0, addresses, aliases };
}

/** Names may end in a pointer back into the message; at most one jump a label, so a loop ends. */
function nameAt(bytes: readonly number[], start: number): { readonly name: string; readonly next: number } {
  const labels: string[] = [];
  let at = start;
  let next = -1;
  for (let steps = 0; steps < 128; steps++) {
    const length = bytes[at] ?? 0;
    if (length === 0) break;
    if (length >= 0xc0) {
      if (next < 0) next = at + 2;
      at = ((length & 0x3f) << 8) | (bytes[at + 1] ?? 0);
      continue;
    }
    labels.push(String.fromCodePoint(...bytes.slice(at + 1, at + 1 + length)));
    at += length + 1;
  }
  return { name: labels.join('.'), next: next < 0 ? at + 1 : next };
}

function ipv6At(bytes: readonly number[], at: number): string {
  return ipv6(
    bytes
      .slice(at, at + 16)
      .map((byte) => hex(byte, 1))
      .join(''),
  );
}
