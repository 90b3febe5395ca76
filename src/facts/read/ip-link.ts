// `ip -d -s link` as text, and what busybox prints for `ip link`.
import { isUnreadable, type Unreadable } from '../fact.js';
import type { Link, LinkCounters, Vxlan } from '../network.js';
import { notRead } from './answered.js';
import { present } from './tool-json.js';
import { split, words } from './words.js';

const KINDS = new Set(
  'veth bridge vxlan vlan bond dummy ipip sit gre gretap geneve macvlan ipvlan wireguard tun ifb netkit vrf team'.split(
    ' ',
  ),
);
const HEAD = new Set('mtu qdisc master state mode group qlen'.split(' '));
const HEAD_LINE = /^(\d+): ([^:@\s]+)(?:@([^:\s]+))?: <([^>]*)> (.*)$/;

export function readIpLink(text: string): readonly Link[] | Unreadable {
  const blocks = text.split(/\n(?=\d+: )/).filter((block) => block.trim() !== '');
  const indexes = new Map<string, number>();
  for (const block of blocks) {
    const head = HEAD_LINE.exec(block.split('\n')[0] ?? '');
    if (head) indexes.set(head[2] ?? '', Number(head[1]));
  }
  const links: Link[] = [];
  for (const block of blocks) {
    const link = readBlock(block.split('\n'), indexes);
    if (isUnreadable(link)) return link;
    links.push(link);
  }
  return links;
}

/** busybox tells no kind, and prints `@if13` for anything stacked on another link: no more than a hint of a veth. */
export const readBusyboxIpLink = readIpLink;

function readBlock(lines: readonly string[], indexes: ReadonlyMap<string, number>): Link | Unreadable {
  const [first = '', second = '', ...details] = lines;
  const head = HEAD_LINE.exec(first);
  if (!head) return notRead('ip link', first);
  const [, index, name = '', other, flags = '', rest = ''] = head;
  const { values } = words(split(rest), HEAD);
  const address = words(split(second), new Set(['link/ether', 'link-netnsid', 'link/loopback']));
  const told = details.map(split).find((line) => KINDS.has(line[0] ?? '')) ?? [];
  const kind = told[0] ?? '';
  const paired = kind === 'veth' || kind === 'netkit';
  const netns = address.values['link-netnsid'];
  return present<Link>({
    index: Number(index),
    name,
    kind,
    up: flags.split(',').includes('UP'),
    carrier: flags.split(',').includes('LOWER_UP'),
    mtu: Number(values['mtu'] ?? 0),
    mac: address.values['link/ether'] ?? address.values['link/loopback'],
    master: values['master'],
    peerIndex: paired ? peer(other, indexes) : undefined,
    peerNetns: paired && other?.startsWith('if') ? Number(netns ?? -1) : undefined,
    vxlan: kind === 'vxlan' ? vxlan(told) : undefined,
    port: port(details),
    counters: counters(details),
    program: /prog\/xdp id \d+/.exec(lines.join('\n'))?.[0].replace('prog/', '') ?? undefined,
  });
}

/** `if13` is an index in another namespace; a name is a link of this one. */
function peer(other: string | undefined, indexes: ReadonlyMap<string, number>): number | undefined {
  const index = /^if(\d+)$/.exec(other ?? '');
  return index ? Number(index[1]) : indexes.get(other ?? '');
}

function vxlan(tokens: readonly string[]): Vxlan {
  const { values, flags } = words(
    tokens,
    new Set('id local local6 dev dstport ttl ageing tos group remote'.split(' ')),
  );
  return present<Vxlan>({
    vni: Number(values['id'] ?? 0),
    port: Number(values['dstport'] ?? 8472),
    local: values['local'] ?? values['local6'],
    device: values['dev'],
    learning: !flags.includes('nolearning'),
    external: flags.includes('external'),
  });
}

function port(details: readonly string[]): Link['port'] {
  const line = details.map(split).find((tokens) => tokens[0] === 'bridge_slave');
  if (!line) return undefined;
  const { values } = words(line, new Set(['state', 'hairpin']));
  return { hairpin: values['hairpin'] === 'on', state: values['state'] ?? '' };
}

/** Numbers stand on the line below `RX:` and `TX:`; bytes, packets, errors, dropped lead in every version. */
function counters(details: readonly string[]): LinkCounters | undefined {
  const below = (title: string): readonly number[] => {
    const at = details.findIndex((line) => line.trim().startsWith(title));
    return at < 0 ? [] : split(details[at + 1] ?? '').map(Number);
  };
  const [, rxPackets, rxErrors, rxDropped] = below('RX:');
  const [, txPackets, txErrors, txDropped] = below('TX:');
  if (rxPackets === undefined || txPackets === undefined) return undefined;
  return {
    rxPackets,
    txPackets,
    rxErrors: rxErrors ?? 0,
    txErrors: txErrors ?? 0,
    rxDropped: rxDropped ?? 0,
    txDropped: txDropped ?? 0,
  };
}
