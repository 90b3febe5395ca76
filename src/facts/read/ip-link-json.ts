// `ip -j -d -s link`
import { isUnreadable, type Unreadable } from '../fact.js';
import type { Link, LinkCounters, Vxlan } from '../network.js';
import { numberOf, objectOf, parseRecords, present, textOf, textsOf, type JsonObject } from './tool-json.js';

export function readIpLinkJson(text: string): readonly Link[] | Unreadable {
  const records = parseRecords(text, 'ip -j link');
  if (isUnreadable(records)) return records;
  const indexes = new Map(records.map((each) => [textOf(each, 'ifname'), numberOf(each, 'ifindex')]));
  return records.map((record) => link(record, indexes));
}

function link(record: JsonObject, indexes: ReadonlyMap<string | undefined, number | undefined>): Link {
  const info = objectOf(record, 'linkinfo') ?? {};
  const kind = textOf(info, 'info_kind') ?? '';
  const flags = textsOf(record, 'flags');
  // A peer in this namespace is printed by name, one elsewhere by its index there.
  const paired = kind === 'veth' || kind === 'netkit';
  const peer = numberOf(record, 'link_index') ?? indexes.get(textOf(record, 'link'));
  return present<Link>({
    index: numberOf(record, 'ifindex') ?? 0,
    name: textOf(record, 'ifname') ?? '',
    kind,
    up: flags.includes('UP'),
    carrier: flags.includes('LOWER_UP'),
    mtu: numberOf(record, 'mtu') ?? 0,
    mac: textOf(record, 'address'),
    master: textOf(record, 'master'),
    peerIndex: paired ? peer : undefined,
    peerNetns: paired ? numberOf(record, 'link_netnsid') : undefined,
    vxlan: kind === 'vxlan' ? vxlan(objectOf(info, 'info_data') ?? {}) : undefined,
    port: port(info),
    counters: counters(record),
    program: program(record),
  });
}

function vxlan(data: JsonObject): Vxlan {
  return present<Vxlan>({
    vni: numberOf(data, 'id') ?? 0,
    // IFLA_VXLAN_PORT is always told; 8472 is the kernel's own default where an old tool leaves it out.
    port: numberOf(data, 'port') ?? 8472,
    local: textOf(data, 'local') ?? textOf(data, 'local6'),
    device: textOf(data, 'link'),
    learning: data['learning'] !== false,
    external: data['external'] === true,
  });
}

function port(info: JsonObject): Link['port'] {
  const data = textOf(info, 'info_slave_kind') === 'bridge' ? objectOf(info, 'info_slave_data') : undefined;
  return data && { hairpin: data['hairpin'] === true, state: textOf(data, 'state') ?? '' };
}

function counters(record: JsonObject): LinkCounters | undefined {
  const stats = objectOf(record, 'stats64') ?? objectOf(record, 'stats');
  const rx = objectOf(stats ?? {}, 'rx');
  const tx = objectOf(stats ?? {}, 'tx');
  if (!rx || !tx) return undefined;
  return {
    rxPackets: numberOf(rx, 'packets') ?? 0,
    txPackets: numberOf(tx, 'packets') ?? 0,
    rxErrors: numberOf(rx, 'errors') ?? 0,
    txErrors: numberOf(tx, 'errors') ?? 0,
    rxDropped: numberOf(rx, 'dropped') ?? 0,
    txDropped: numberOf(tx, 'dropped') ?? 0,
  };
}

/** Only XDP is told with the link; a tc program is told by `tc filter` alone. */
function program(record: JsonObject): string | undefined {
  const xdp = objectOf(record, 'xdp');
  const id = numberOf(objectOf(xdp ?? {}, 'prog') ?? {}, 'id');
  return xdp && (id === undefined ? 'xdp' : `xdp id ${id}`);
}
