// One network namespace as the walk sees it, from whatever could be read of it.
import type { CiliumMaps } from '../facts/ebpf.js';
import { Unanswerable, type Fact, type FactKey, type Know } from '../facts/fact.js';
import type { Netfilter } from '../facts/netfilter.js';
import { type Gap, gapText } from '../evidence/evidence.js';
import { CLUSTER, nodeSubject, type Subject } from '../target/subject.js';
import { CILIUM_MAPS, type CiliumState, type Netns } from './world.js';

const NOTHING: Netfilter = { iptables: [], nft: [], ipsets: [], unread: [] };
/** What any namespace has; a pod has no bridge, and no packet filter unless something in it may have made one. */
const ANY = ['links', 'addresses', 'routes', 'rules', 'neighbours', 'sysctls', 'sockets'] as const;
const BRIDGE = ['fdb', 'bridgePorts'] as const;
const FILTER = ['netfilter'] as const;
type Part = (typeof ANY | typeof BRIDGE | typeof FILTER)[number] & FactKey<'node'> & FactKey<'pod'>;

export function nodeNetns(node: Subject<'node'>, know: Know): Netns {
  know.ahead([[node, 'ciliumMaps']]);
  const netns = assemble({ id: `node/${node.name}`, subject: node, parts: [...ANY, ...BRIDGE, ...FILTER] }, know);
  const maps = know.peek(node, 'ciliumMaps');
  if (maps.kind === 'unknown') {
    const unread = { what: CILIUM_MAPS, why: whyOf(maps.gaps) };
    return { ...netns, ebpf: 'not-read', unread: [...netns.unread, unread] };
  }
  return maps.value === 'none' ? netns : { ...netns, ebpf: { ...maps.value, ...balancing(know) } };
}

/** kube-proxy replacement brings the socket load balancer along, unless it is kept to the node's own sockets. */
function balancing(know: Know): Omit<CiliumState, keyof CiliumMaps> {
  const cni = know.peek(CLUSTER, 'cni');
  const settings = cni.kind === 'unknown' ? {} : cni.value.settings;
  const isOn = (name: string): boolean => settings[name] === 'true';
  const replaces = isOn('kube-proxy-replacement');
  return {
    translatesPods: (replaces || isOn('bpf-lb-sock')) && !isOn('bpf-lb-sock-hostns-only'),
    servesNodePorts: replaces && isPlain(settings),
    audits: isOn('policy-audit-mode'),
    // pkg/option: the default since 1.16.
    rejectsUnserved: (settings['service-no-backend-response'] ?? 'reject') === 'reject',
  };
}

/** Ways that node ports may take which differ from what is walked: answered directly, encrypted, firewalled, not tunnelled. */
function isPlain(settings: Readonly<Record<string, string>>): boolean {
  const others = ['enable-host-firewall', 'enable-wireguard', 'enable-ipsec', 'enable-ipv4-egress-gateway'];
  return (
    (settings['bpf-lb-mode'] ?? 'snat') === 'snat' &&
    (settings['routing-mode'] ?? 'tunnel') === 'tunnel' &&
    settings['tunnel'] !== 'disabled' &&
    (settings['tunnel-protocol'] ?? 'vxlan') === 'vxlan' &&
    (settings['devices'] ?? '') === '' &&
    others.every((name) => settings[name] !== 'true')
  );
}

export function podNetns(pod: Subject<'pod'>, know: Know): Netns {
  const object = know.get(pod, 'object');
  if (object === 'absent') throw new Unanswerable([{ kind: 'unreachable', detail: `pod ${pod.name} does not exist` }]);
  if (object.hostNetwork) return know.get(nodeSubject(object.node ?? ''), 'netns');
  const parts = object.mayFilter ? [...ANY, ...FILTER] : ANY;
  // Rules about the sender's user stand in pods only, and only where something may have written any.
  if (object.mayFilter) know.ahead([[pod, 'user']]);
  const netns = assemble({ id: `pod/${pod.namespace}/${pod.name}`, subject: pod, parts }, know);
  // Without NET_ADMIN in the pod the kernel lets nobody in it filter anything, so nobody needs to look.
  if (!object.mayFilter) return { ...netns, netfilter: NOTHING };
  const user = object.ownUsers ? undefined : know.peek(pod, 'user');
  return user === undefined || user.kind === 'unknown' ? netns : { ...netns, user: user.value };
}

/** Several questions may have come to nothing for one reason. */
const whyOf = (gaps: readonly Gap[]): string => [...new Set(gaps.map(gapText))].join('; ');

interface Place {
  readonly id: string;
  readonly subject: Subject<'node'> | Subject<'pod'>;
  readonly parts: readonly Part[];
}

function assemble({ id, subject, parts }: Place, know: Know): Netns {
  know.ahead(parts.map((part) => [subject, part] as never));
  const unread: { what: string; why: string }[] = [];
  // Looked at one by one: what is missing is the walk's to judge, since most walks never come to it.
  const part = <P extends Part>(name: P): ValueOf<P> | undefined => {
    if (!parts.includes(name)) return undefined;
    const fact = know.peek(subject as Subject<'node'>, name);
    if (fact.kind !== 'known') unread.push({ what: name, why: whyOf(fact.gaps) });
    return value(fact as never, name);
  };
  const ports = part('bridgePorts');
  const netfilter = part('netfilter');
  const sockets = part('sockets');
  return {
    id,
    links: (part('links') ?? []).map((link) => {
      const port = ports?.[link.name] ?? link.port;
      return port ? { ...link, port } : link;
    }),
    addresses: part('addresses') ?? [],
    routes: part('routes') ?? [],
    rules: part('rules') ?? [],
    neighbours: part('neighbours') ?? [],
    fdb: part('fdb') ?? [],
    sysctls: part('sysctls') ?? {},
    ...(netfilter ? { netfilter } : {}),
    ...(sockets ? { sockets } : {}),
    unread,
  };
}

type ValueOf<P extends Part> = import('../facts/fact.js').FactsAbout['node'][P];
const value = <P extends Part>(fact: Fact<ValueOf<P>>, _name: P): ValueOf<P> | undefined =>
  fact.kind === 'unknown' ? undefined : fact.value;
