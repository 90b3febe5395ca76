// `bridge fdb` and `bridge -d link` as text, and bridge ports from /sys.
import { isUnreadable, type Unreadable } from '../fact.js';
import type { FdbEntry } from '../network.js';
import { notRead, readLines } from './answered.js';
import type { BridgePorts } from './bridge-json.js';
import { frames } from './frames.js';
import { present } from './tool-json.js';
import { readProcDev } from './proc-dev.js';
import { foreignSys, PORT_STATES } from './sys-links.js';
import { split, words } from './words.js';

const FDB_KEYS = new Set('dev dst master vlan vni port via src_vni link-netnsid used nhid'.split(' '));
const LINK_KEYS = new Set('master state hairpin'.split(' '));

export const readBridgeFdb = (text: string): readonly FdbEntry[] | Unreadable => readLines(text, entry);

function entry(line: string): FdbEntry | Unreadable {
  const [mac = '', ...rest] = split(line);
  const { values, flags } = words(rest, FDB_KEYS);
  const dev = values['dev'];
  if (dev === undefined) return notRead('bridge fdb', line);
  return present<FdbEntry>({
    mac,
    dev,
    dst: values['dst'],
    master: values['master'],
    permanent: flags.includes('permanent'),
  });
}

export function readBridgeLink(text: string): BridgePorts | Unreadable {
  const ports: [string, BridgePorts[string]][] = [];
  for (const block of text.split(/\n(?=\d+: )/)) {
    if (block.trim() === '') continue;
    const name = /^\d+: ([^:@\s]+)/.exec(block)?.[1];
    if (name === undefined) return notRead('bridge link', block);
    const { values } = words(split(block), LINK_KEYS);
    const { master = '', hairpin, state = '' } = values;
    ports.push([name, { bridge: master, hairpin: hairpin === 'on', state }]);
  }
  return Object.fromEntries(ports);
}

export function readSysBridgePorts(text: string): BridgePorts | Unreadable {
  const all = frames(text);
  const counters = readProcDev(all[0]?.text ?? '');
  if (isUnreadable(counters)) return counters;
  const elsewhere = foreignSys(
    Object.keys(counters),
    all.slice(1).map((frame) => frame.name),
  );
  if (elsewhere) return elsewhere;
  const lines = all
    .flatMap((frame) => frame.text.split('\n'))
    .map(split)
    .filter((line) => line[0] === 'port');
  return Object.fromEntries(
    lines.map(([, name = '', bridge = '', hairpin, state]) => [
      name,
      { bridge, hairpin: hairpin === '1', state: PORT_STATES[Number(state)] ?? '' },
    ]),
  );
}
