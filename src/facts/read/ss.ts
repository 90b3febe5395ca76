// `ss -Htunap` and `ss -Htunlp`
import type { Unreadable } from '../fact.js';
import type { Socket } from '../network.js';
import { notRead, readLines } from './answered.js';
import { present } from './tool-json.js';
import { split } from './words.js';

export const readSs = (text: string): readonly Socket[] | Unreadable => readLines(text, socket);

function socket(line: string): Socket | Unreadable {
  const [protocol, state = '', receive, send, local = ''] = split(line);
  if (protocol !== 'tcp' && protocol !== 'udp') return notRead('ss', line);
  const at = local.lastIndexOf(':');
  const port = Number(local.slice(at + 1));
  if (at < 0 || Number.isNaN(port)) return notRead('ss', line);
  const ip = address(local.slice(0, at));
  return present<Socket>({
    protocol,
    family: ip.includes(':') ? 6 : 4,
    localIp: ip,
    localPort: port,
    state,
    receiveQueue: Number(receive),
    sendQueue: Number(send),
    process: /users:\(\("((?:[^"\\]|\\.)*)"/.exec(line)?.[1],
  });
}

/** `*` is a listener of both families, `[::]` of IPv6 alone; `0.0.0.0%eth0` is bound to a device. */
function address(text: string): string {
  const bare = text
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\]?%.*$/, '')
    .replace(/^\[/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  return mapped?.[1] ?? (bare === '*' ? '::' : bare);
}
