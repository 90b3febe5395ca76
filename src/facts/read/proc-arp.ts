// /proc/net/arp: no STALE, no FAILED, no IPv6.
import type { Unreadable } from '../fact.js';
import type { Neighbour } from '../network.js';
import { notRead, readLines } from './answered.js';
import { present } from './tool-json.js';
import { split } from './words.js';

/** ATF_* of include/uapi/linux/if_arp.h. */
const COMPLETE = 0x2;
const PERMANENT = 0x4;

export const readProcArp = (text: string): readonly Neighbour[] | Unreadable =>
  readLines(text, (line) => (line.startsWith('IP address') ? undefined : neighbour(line)));

function neighbour(line: string): Neighbour | Unreadable {
  const [ip = '', , flagsText = '', mac = '', , dev] = split(line);
  if (dev === undefined) return notRead('/proc/net/arp', line);
  const flags = Number(flagsText);
  // The file prints one flag for REACHABLE, STALE, DELAY and PROBE alike: all have an address to send to.
  const state = flags & PERMANENT ? 'PERMANENT' : flags & COMPLETE ? 'REACHABLE' : 'INCOMPLETE';
  return present<Neighbour>({ ip, dev, mac: flags & COMPLETE ? mac : undefined, state });
}
