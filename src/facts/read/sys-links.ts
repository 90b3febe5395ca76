// Links from /proc/net/dev and /sys/class/net, printed one frame a link.
import { isUnreadable, unreadable, type Unreadable } from '../fact.js';
import type { Link } from '../network.js';
import { frames, type Frame } from './frames.js';
import { present } from './tool-json.js';
import { readProcDev, type CountersByLink } from './proc-dev.js';
import { split } from './words.js';

/** include/uapi/linux/if.h; IFF_LOWER_UP is not among the flags sysfs shows, `carrier` is. */
const IFF_UP = 0x1;
const ARPHRD_ETHER = '1';

interface Told {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  readonly uppers: readonly string[];
}

export function readSysLinks(text: string): readonly Link[] | Unreadable {
  const all = frames(text);
  const counters = readProcDev(all[0]?.text ?? '');
  if (isUnreadable(counters)) return counters;
  const told = all.slice(1).map(tellings);
  const elsewhere = foreignSys(
    Object.keys(counters),
    told.map((each) => each.name),
  );
  if (elsewhere) return elsewhere;
  const bridges = new Set(told.filter((each) => each.values['kind'] === 'bridge').map((each) => each.name));
  return told.map((each) => link(each, { told, bridges, counters })).toSorted((a, b) => a.index - b.index);
}

/** Different names: /sys was mounted in another network namespace than the one we were asked about. */
export function foreignSys(inProc: readonly string[], inSys: readonly string[]): Unreadable | undefined {
  const same = inProc.toSorted().join(' ') === inSys.toSorted().join(' ');
  return same
    ? undefined
    : unreadable(
        `/sys shows another network namespace: it has ${inSys.join(' ')}, /proc/net/dev has ${inProc.join(' ')}`,
      );
}

function tellings(frame: Frame): Told {
  const lines = frame.text
    .split('\n')
    .map(split)
    .filter((line) => line.length > 0);
  const values: Record<string, string> = {};
  for (const [key = '', value = ''] of lines) {
    if (key === 'uevent' && value.startsWith('DEVTYPE=')) values['kind'] ??= value.slice('DEVTYPE='.length);
    else if (key !== 'upper' && key !== 'uevent') values[key] = value;
  }
  return { name: frame.name, values, uppers: lines.filter(([key]) => key === 'upper').map((line) => line[1] ?? '') };
}

interface Around {
  readonly told: readonly Told[];
  readonly bridges: ReadonlySet<string>;
  readonly counters: CountersByLink;
}

function link({ name, values, uppers }: Told, around: Around): Link {
  const up = (Number(values['flags']) & IFF_UP) !== 0;
  const hairpin = values['brport_hairpin_mode'];
  const bonded = values['brport_state'] === undefined ? undefined : uppers.find((upper) => around.bridges.has(upper));
  return present<Link>({
    index: Number(values['ifindex'] ?? 0),
    name,
    kind: values['kind'] ?? '',
    up,
    // `carrier` cannot be read while a link is down.
    carrier: values['carrier'] === '1',
    mtu: Number(values['mtu'] ?? 0),
    mac: values['address'] === '' ? undefined : values['address'],
    master: bonded,
    ...peer(values, around.told),
    port:
      hairpin === undefined
        ? undefined
        : { hairpin: hairpin === '1', state: PORT_STATES[Number(values['brport_state'])] ?? '' },
    counters: around.counters[name],
  });
}

/** BR_STATE_*, include/uapi/linux/if_bridge.h. */
export const PORT_STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'];

/** A plain Ethernet link that names another as its lower one is a veth: vlan, macvlan and vxlan say their DEVTYPE. */
function peer(values: Told['values'], told: readonly Told[]): Pick<Link, 'peerIndex' | 'peerNetns'> {
  const { ifindex, iflink } = values;
  if (values['kind'] !== undefined || values['type'] !== ARPHRD_ETHER) return {};
  if (iflink === undefined || iflink === '0' || iflink === ifindex) return {};
  const back = told.find((each) => each.values['ifindex'] === iflink)?.values['iflink'] === ifindex;
  return back ? { peerIndex: Number(iflink) } : { peerIndex: Number(iflink), peerNetns: -1 };
}
