// Two nodes with a bridge, pods, a VXLAN tunnel and kube-proxy's rules, and at most two things broken.
import type { Dice } from './random.js';
import type { Size } from './situation.js';
import { undecidedRule } from './undecided.js';

export interface ClusterPacket {
  readonly id: number;
  /** `n1`, `a1` … */
  readonly netns: string;
  readonly protocol: 'tcp' | 'udp';
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
}
export interface Cluster {
  readonly faults: readonly string[];
  /** A rule of one node cannot be decided from what a dump tells. */
  readonly undecided: boolean;
  /** Commands of a shell; `@x` stands for the namespace x. */
  readonly script: readonly string[];
  readonly packets: readonly ClusterPacket[];
}

export const NODES = ['n1', 'n2'] as const;
export const NODE_IPS: Readonly<Record<string, string>> = { n1: '192.168.77.2', n2: '192.168.77.3' };
export const POD_IPS: Readonly<Record<string, string>> = {
  a1: '10.180.1.11',
  a2: '10.180.1.12',
  b1: '10.180.2.21',
  b2: '10.180.2.22',
};
export const nodeOf = (pod: string): string => (pod.startsWith('a') ? 'n1' : 'n2');
const VIP = '172.30.0.10';
const EMPTY_VIP = '172.30.0.20';
export const LISTENS = [
  { port: 8080, protocol: 'tcp' },
  { port: 8080, protocol: 'udp' },
] as const;

const mac = (node: string): string => (node === 'n1' ? '02:42:00:00:00:01' : '02:42:00:00:00:02');
const peerOf = (node: string): string => (node === 'n1' ? 'n2' : 'n1');
const net = (node: string): string => (node === 'n1' ? '10.180.1' : '10.180.2');

export function cluster(dice: Dice, { packets, open: undecided }: Size): Cluster {
  const faults = dice.chance(0.15) ? [] : [dice.pick(FAULTS), ...(dice.chance(0.3) ? [dice.pick(FAULTS)] : [])];
  const broken = faults.map((fault) => fault(dice));
  const open = undecided ? filter(dice, undecidedRule(dice, ['filter']).rule.replace('-A ', '')) : [];
  return {
    faults: broken.map((lines) => lines.join('; ')),
    undecided,
    script: [...wiring(), ...NODES.flatMap((node) => nodeScript(node, dice)), ...broken.flat(), ...open],
    packets: Array.from({ length: packets }, (_, at) => packet(dice, at)),
  };
}

function wiring(): readonly string[] {
  return [
    'ip link add eth0 netns @n1 type veth peer name eth0 netns @n2',
    ...Object.entries(POD_IPS).flatMap(([pod, ip]) => {
      const node = nodeOf(pod);
      return [
        `ip link add eth0 netns @${pod} type veth peer name veth${pod} netns @${node}`,
        `ip -n @${pod} link set lo up`,
        `ip -n @${pod} link set eth0 up`,
        `ip -n @${pod} addr add ${ip}/24 dev eth0`,
        `ip -n @${pod} route add default via ${net(node)}.1`,
      ];
    }),
  ];
}

function nodeScript(node: string, dice: Dice): readonly string[] {
  const peer = peerOf(node);
  const pods = Object.keys(POD_IPS).filter((pod) => nodeOf(pod) === node);
  const sysctls = [
    'net.ipv4.ip_forward=1',
    `net.bridge.bridge-nf-call-iptables=${dice.chance(0.85) ? 1 : 0}`,
    'net.ipv4.conf.all.rp_filter=0',
    'net.ipv4.icmp_ratelimit=0',
    'net.ipv4.icmp_msgs_per_sec=100000',
  ];
  return [
    `ip -n @${node} link set lo up`,
    `ip -n @${node} link set eth0 up`,
    `ip -n @${node} addr add ${NODE_IPS[node]}/24 dev eth0`,
    `ip -n @${node} link add cni0 type bridge`,
    `ip -n @${node} link set cni0 up`,
    `ip -n @${node} addr add ${net(node)}.1/24 dev cni0`,
    ...pods.flatMap((pod) => [
      `ip -n @${node} link set veth${pod} master cni0`,
      `ip -n @${node} link set veth${pod} up`,
      `ip netns exec @${node} bridge link set dev veth${pod} hairpin ${dice.chance(0.85) ? 'on' : 'off'}`,
    ]),
    `ip -n @${node} link add flannel.1 address ${mac(node)} type vxlan id 1 dev eth0 local ${NODE_IPS[node]} dstport 8472 nolearning`,
    `ip -n @${node} link set flannel.1 up`,
    `ip -n @${node} addr add ${net(node)}.0/32 dev flannel.1`,
    `ip -n @${node} route add ${net(peer)}.0/24 via ${net(peer)}.0 dev flannel.1 onlink`,
    `ip -n @${node} neigh replace ${net(peer)}.0 lladdr ${mac(peer)} dev flannel.1 nud permanent`,
    `ip netns exec @${node} bridge fdb replace ${mac(peer)} dev flannel.1 dst ${NODE_IPS[peer]}`,
    ...sysctls.map((line) => `ip netns exec @${node} sysctl -q -w ${line}`),
    `ip netns exec @${node} sh -c 'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done'`,
    rules(node),
  ];
}

function rules(node: string): string {
  const backends = Object.values(POD_IPS);
  const balanced = backends.map((ip, at) => {
    const share = 1 / (backends.length - at);
    const balance = share < 1 ? `-m statistic --mode random --probability ${share.toFixed(11)} ` : '';
    return [
      `-A KUBE-SVC ${balance}-j KUBE-SEP-${at}`,
      `-A KUBE-SEP-${at} -s ${ip}/32 -j KUBE-MARK-MASQ`,
      ...['tcp', 'udp'].map((name) => `-A KUBE-SEP-${at} -p ${name} -j DNAT --to-destination ${ip}:8080`),
    ].join('\n');
  });
  return `ip netns exec @${node} iptables-nft-restore <<'RULES'
*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-POSTROUTING - [0:0]
:FLANNEL-POSTRTG - [0:0]
${backends.map((_, at) => `:KUBE-SEP-${at} - [0:0]`).join('\n')}
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A POSTROUTING -j FLANNEL-POSTRTG
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -j MASQUERADE
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-SERVICES -d ${VIP}/32 -j KUBE-SVC
-A KUBE-SERVICES -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j KUBE-MARK-MASQ
-A KUBE-SERVICES -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j KUBE-SVC
-A KUBE-SVC ! -s 10.180.0.0/16 -d ${VIP}/32 -j KUBE-MARK-MASQ
${balanced.join('\n')}
-A FLANNEL-POSTRTG -s 10.180.0.0/16 -d 10.180.0.0/16 -j RETURN
-A FLANNEL-POSTRTG ! -s 10.180.0.0/16 -d ${net(node)}.0/24 -j RETURN
-A FLANNEL-POSTRTG -s 10.180.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE
-A FLANNEL-POSTRTG ! -s 10.180.0.0/16 -d 10.180.0.0/16 -j MASQUERADE
COMMIT
*mangle
-A INPUT -m physdev --physdev-in veth+
-A POSTROUTING -m physdev --physdev-in veth+
COMMIT
*filter
:FORWARD DROP [0:0]
:KUBE-FORWARD - [0:0]
-A FORWARD -m conntrack --ctstate NEW -d ${EMPTY_VIP}/32 -j REJECT
-A OUTPUT -m conntrack --ctstate NEW -d ${EMPTY_VIP}/32 -j REJECT
-A FORWARD -m physdev --physdev-is-bridged -m comment --comment "switched, not routed"
-A FORWARD -m physdev --physdev-in veth+
-A FORWARD -j KUBE-FORWARD
-A FORWARD -s 10.180.0.0/16 -j ACCEPT
-A FORWARD -d 10.180.0.0/16 -j ACCEPT
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
RULES`;
}

type Fault = (dice: Dice) => readonly string[];
const node = (dice: Dice): string => dice.pick(NODES);
const pod = (dice: Dice): string => dice.pick(Object.keys(POD_IPS));
const filter = (dice: Dice, rule: string): readonly string[] => [
  `ip netns exec @${node(dice)} iptables-nft -I ${rule}`,
];

const FAULTS: readonly Fault[] = [
  (dice) => ((at) => [`ip netns exec @${at} bridge fdb del ${mac(peerOf(at))} dev flannel.1`])(node(dice)),
  (dice) => ((at) => [`ip -n @${at} neigh del ${net(peerOf(at))}.0 dev flannel.1`])(node(dice)),
  (dice) =>
    ((at) => [
      `ip -n @${at} neigh replace ${net(peerOf(at))}.0 lladdr 02:42:00:00:00:99 dev flannel.1 nud permanent`,
      `ip netns exec @${at} bridge fdb replace 02:42:00:00:00:99 dev flannel.1 dst ${NODE_IPS[peerOf(at)]}`,
    ])(node(dice)),
  (dice) => ((at) => [`ip -n @${at} route del ${net(peerOf(at))}.0/24`])(node(dice)),
  (dice) =>
    ((at) => [
      `ip -n @${at} route replace ${dice.pick(['blackhole', 'unreachable', 'prohibit'])} ${net(peerOf(at))}.0/24`,
    ])(node(dice)),
  (dice) => ((at) => [`ip -n @${nodeOf(at)} link set veth${at} down`])(pod(dice)),
  (dice) => ((at) => [`ip -n @${nodeOf(at)} link set veth${at} nomaster`])(pod(dice)),
  (dice) => [`ip -n @${node(dice)} link set flannel.1 down`],
  (dice) => [`ip -n @${node(dice)} link set cni0 down`],
  (dice) => [`ip -n @${pod(dice)} route del default`],
  (dice) => [`ip netns exec @${node(dice)} sysctl -q -w net.ipv4.ip_forward=0`],
  (dice) => [`ip netns exec @${node(dice)} sysctl -q -w net.ipv4.conf.all.rp_filter=1`],
  (dice) => [`ip netns exec @${node(dice)} sysctl -q -w net.bridge.bridge-nf-call-iptables=0`],
  (dice) => filter(dice, `INPUT -p udp --dport 8472 -j ${dice.pick(['DROP', 'REJECT'])}`),
  (dice) => filter(dice, `OUTPUT -p udp --dport 8472 -j DROP`),
  (dice) =>
    filter(
      dice,
      `FORWARD ${dice.pick(['-s', '-d'])} ${POD_IPS[pod(dice)]} -j ${dice.pick(['DROP', 'REJECT', 'REJECT --reject-with icmp-admin-prohibited', 'REJECT --reject-with icmp-host-unreachable'])}`,
    ),
  (dice) => filter(dice, `FORWARD -p tcp -m tcp --tcp-flags SYN,ACK SYN,ACK -j DROP`),
  (dice) => filter(dice, `FORWARD -m physdev --physdev-is-bridged -j DROP`),
  (dice) => [`ip netns exec @${node(dice)} iptables-nft -t nat -F KUBE-POSTROUTING`],
  (dice) => [`ip netns exec @${node(dice)} iptables-nft -t nat -F KUBE-SERVICES`],
  (dice) => [`ip netns exec @${node(dice)} iptables-nft -t raw -I PREROUTING -d ${POD_IPS[pod(dice)]} -j CT --notrack`],
  (dice) =>
    ((at) => [
      `ip -n @${at} link del flannel.1`,
      `ip -n @${at} link add flannel.1 address ${mac(at)} type vxlan id 7 dev eth0 local ${NODE_IPS[at]} dstport 8472 nolearning`,
      `ip -n @${at} link set flannel.1 up`,
      `ip -n @${at} addr add ${net(at)}.0/32 dev flannel.1`,
      `ip -n @${at} route add ${net(peerOf(at))}.0/24 via ${net(peerOf(at))}.0 dev flannel.1 onlink`,
      `ip -n @${at} neigh replace ${net(peerOf(at))}.0 lladdr ${mac(peerOf(at))} dev flannel.1 nud permanent`,
      `ip netns exec @${at} bridge fdb replace ${mac(peerOf(at))} dev flannel.1 dst ${NODE_IPS[peerOf(at)]}`,
    ])(node(dice)),
];

function packet(dice: Dice, at: number): ClusterPacket {
  const protocol = dice.chance(0.75) ? 'tcp' : 'udp';
  const netns = dice.pick([...Object.keys(POD_IPS), ...Object.keys(POD_IPS), ...NODES]);
  const [dst, dport] = dice.pick<readonly [string, number]>([
    [VIP, 80],
    [VIP, 80],
    [VIP, 80],
    [EMPTY_VIP, 80],
    [dice.pick(Object.values(POD_IPS)), 8080],
    [dice.pick(Object.values(POD_IPS)), 8080],
    [dice.pick(Object.values(POD_IPS)), 9999],
    [dice.pick(Object.values(NODE_IPS)), 30_080],
    [dice.pick(Object.values(NODE_IPS)), 9999],
    [`${net(node(dice))}.77`, 8080],
  ]);
  return { id: at + 1, netns, protocol, dst, dport, sport: 20_000 + at };
}
