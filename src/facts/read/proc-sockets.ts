// /proc/net/{tcp,tcp6,udp,udp6}
import { unreadable, isUnreadable, type Unreadable } from '../fact.js';
import type { Socket } from '../network.js';
import { notRead, readLines } from './answered.js';
import { frames } from './frames.js';
import { ipv6 } from './proc-addresses.js';
import { address as ipv4 } from './proc-route.js';
import { split } from './words.js';

/** include/net/tcp_states.h, in ss's words. */
const STATES = [
  '',
  'ESTAB',
  'SYN-SENT',
  'SYN-RECV',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'UNCONN',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'NEW-SYN-RECV',
];
const FILE = /^(tcp|udp)(6?)$/;

export function readProcSockets(text: string): readonly Socket[] | Unreadable {
  const sockets: Socket[] = [];
  const files = frames(text).slice(1);
  if (files.length === 0) return unreadable('/proc/net/tcp was not printed');
  for (const frame of files) {
    const read = readFile(frame.name, frame.text);
    if (isUnreadable(read)) return read;
    sockets.push(...read);
  }
  return sockets;
}

function readFile(name: string, text: string): readonly Socket[] | Unreadable {
  const match = FILE.exec(name);
  if (!match) return notRead('/proc/net', name);
  const protocol = match[1] === 'tcp' ? 'tcp' : 'udp';
  return readLines(text, (line) => (line.includes('local_address') ? undefined : socket(line, protocol)));
}

function socket(line: string, protocol: 'tcp' | 'udp'): Socket | Unreadable {
  const [, local = '', , code = '', queues = ''] = split(line);
  const [hex = '', port] = local.split(':');
  const [send = '', receive = ''] = queues.split(':');
  const state = STATES[Number.parseInt(code, 16)];
  if (port === undefined || state === undefined) return notRead(`/proc/net/${protocol}`, line);
  const ip = hex.length === 8 ? ipv4(hex) : ipv6(swapped(hex));
  const mapped = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(ip);
  return {
    protocol,
    family: hex.length === 8 || mapped ? 4 : 6,
    localIp: mapped ? ipv4(hex.slice(24)) : ip,
    localPort: Number.parseInt(port, 16),
    state,
    receiveQueue: Number.parseInt(receive, 16),
    // For a listener this column holds nothing; the room for connections is told by netlink alone.
    sendQueue: state === 'LISTEN' ? 0 : Number.parseInt(send, 16),
  };
}

/** Four 32-bit words, each little-endian. */
const swapped = (hex: string): string =>
  (hex.match(/.{8}/g) ?? []).map((word) => (word.match(/../g) ?? []).toReversed().join('')).join('');
