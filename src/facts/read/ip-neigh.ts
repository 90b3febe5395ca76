// `ip neigh` as text, of iproute2 and of busybox.
import type { Unreadable } from '../fact.js';
import type { Neighbour } from '../network.js';
import { notRead, readLines } from './answered.js';
import { present } from './tool-json.js';
import { split, words } from './words.js';

const KEYS = new Set('dev lladdr ref used probes proto'.split(' '));
const STATES = new Set('INCOMPLETE REACHABLE STALE DELAY PROBE FAILED NOARP PERMANENT NONE'.split(' '));

export const readIpNeigh = (text: string): readonly Neighbour[] | Unreadable => readLines(text, neighbour);

function neighbour(line: string): Neighbour | Unreadable {
  const [ip = '', ...rest] = split(line);
  const { values, flags } = words(rest, KEYS);
  const states = flags.filter((flag) => STATES.has(flag));
  const dev = values['dev'];
  if (dev === undefined) return notRead('ip neigh', line);
  return present<Neighbour>({ ip, dev, mac: values['lladdr'], state: states.join(',') || 'NONE' });
}
