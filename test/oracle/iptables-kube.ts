// Rules as kube-proxy 1.36, the portmap plugin and flannel write them, for Services that the dice choose.
import type { Dice } from './random.js';
import { FAR_PODS, NODE, PODS, VIPS } from './situation.js';

export interface Chains {
  readonly chains: readonly string[];
  readonly rules: readonly string[];
}
export const NO_CHAINS: Chains = { chains: [], rules: [] };
const POD_RANGE = '10.180.0.0/16';
export const EXTERNAL_IP = '198.51.100.50';
export const HOST_PORT = 8081;
/** Made before the rules are loaded: a rule that names an accounting object which is not there is refused. */
export const ACCOUNTS = ['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts'] as const;

interface Service {
  readonly at: number;
  readonly vip: string;
  readonly protocol: 'tcp' | 'udp';
  readonly backends: readonly string[];
  readonly affinity: boolean;
  /** externalTrafficPolicy: Local. */
  readonly local: boolean;
  /** loadBalancerSourceRanges. */
  readonly walled: boolean;
}

export const nodePortOf = (at: number): number => 30_080 + at;

export function kubeRules(table: string, dice: Dice, fully: boolean): Chains {
  if (table === 'nat') return kubeNat(dice, fully);
  if (table === 'filter') return kubeFilter(dice);
  return NO_CHAINS;
}

function kubeFilter(dice: Dice): Chains {
  const account = dice.chance(0.5) ? `-m nfacct --nfacct-name ${ACCOUNTS[0]} ` : '';
  const empty = `-d ${VIPS[2]}/32 -p tcp -m comment --comment "ns/c has no endpoints" -m tcp --dport 80`;
  return {
    chains: ['KUBE-FORWARD', 'KUBE-SERVICES', 'KUBE-FIREWALL', 'KUBE-PROXY-FIREWALL', 'KUBE-NODEPORTS'],
    rules: [
      '-A INPUT -j KUBE-FIREWALL',
      '-A INPUT -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL',
      '-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS',
      '-A FORWARD -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL',
      '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
      '-A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES',
      '-A OUTPUT -j KUBE-FIREWALL',
      '-A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES',
      '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
      `-A KUBE-FORWARD -m conntrack --ctstate INVALID ${account}-j DROP`,
      '-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
      '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      `-A KUBE-SERVICES ${empty} -j ${dice.pick(['REJECT --reject-with icmp-port-unreachable', 'DROP'])}`,
      `-A KUBE-PROXY-FIREWALL -d ${EXTERNAL_IP}/32 -p tcp -m tcp --dport 80 -m comment --comment "ns/s1 traffic not accepted by KUBE-FW-1" -j DROP`,
      '-A KUBE-NODEPORTS -p tcp -m tcp --dport 30081 -j ACCEPT',
    ],
  };
}

function kubeNat(dice: Dice, fully: boolean): Chains {
  const made = VIPS.slice(0, 2).map((vip, at): Service => ({
    at,
    vip,
    protocol: dice.chance(0.75) ? 'tcp' : 'udp',
    backends: [...PODS, ...FAR_PODS].filter(() => dice.chance(0.5)).slice(0, 3),
    affinity: dice.chance(0.3),
    local: dice.chance(0.3),
    walled: dice.chance(0.3),
  }));
  const services = made.filter(({ backends }) => backends.length > 0).map((each) => serviceChains(each));
  const account = `-d 127.0.0.0/8 -p tcp -m tcp --dport ${nodePortOf(0)} -m nfacct --nfacct-name ${ACCOUNTS[1]}`;
  const hasFirst = made.some(({ at, protocol, backends }) => at === 0 && protocol === 'tcp' && backends.length > 0);
  const host = hostPort(dice);
  return {
    chains: [...FIXED, ...services.flatMap(({ chains }) => chains), ...host.chains],
    rules: [
      '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A OUTPUT -j KUBE-SERVICES',
      '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
      ...host.rules,
      '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
      '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
      `-A KUBE-POSTROUTING -j MASQUERADE${fully ? ' --random-fully' : ''}`,
      '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
      ...(hasFirst ? [`-A KUBE-NODEPORTS ${account} -j KUBE-EXT-0`] : []),
      ...services.flatMap(({ rules }) => rules),
      '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
      ...(dice.chance(0.5) ? flannel : []),
    ],
  };
}
const FIXED = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-MARK-MASQ', 'KUBE-POSTROUTING', 'FLANNEL-POSTRTG'];

const flannel = [
  '-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG',
  `-A FLANNEL-POSTRTG -s ${POD_RANGE} -d ${POD_RANGE} -j RETURN`,
  `-A FLANNEL-POSTRTG -s ${POD_RANGE} ! -d 224.0.0.0/4 -j MASQUERADE`,
  `-A FLANNEL-POSTRTG ! -s ${POD_RANGE} -d ${POD_RANGE} -j MASQUERADE`,
];

function serviceChains({ at, vip, protocol, backends, affinity, local, walled }: Service): Chains {
  const [svc, ext] = [`KUBE-SVC-${at}`, `KUBE-EXT-${at}`];
  const match = `-p ${protocol} -m ${protocol} --dport`;
  const seps = backends.map((backend, each) => ({ name: `KUBE-SEP-${at}${each}`, backend }));
  const external = local
    ? [
        `-A ${ext} -s ${POD_RANGE} -j ${svc}`,
        `-A ${ext} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
        `-A ${ext} -m addrtype --src-type LOCAL -j ${svc}`,
        `-A ${ext} -j KUBE-SVL-${at}`,
        `-A KUBE-SVL-${at} -j ${seps[0]?.name}`,
      ]
    : [`-A ${ext} -j KUBE-MARK-MASQ`, `-A ${ext} -j ${svc}`];
  const wall = walled && at === 1;
  return {
    chains: [
      svc,
      ext,
      ...(local ? [`KUBE-SVL-${at}`] : []),
      ...(wall ? ['KUBE-FW-1'] : []),
      ...seps.map(({ name }) => name),
    ],
    rules: [
      `-A KUBE-SERVICES -d ${vip}/32 ${match} 80 -m comment --comment "ns/s${at} cluster IP" -j ${svc}`,
      ...(at === 1 ? [`-A KUBE-SERVICES -d ${EXTERNAL_IP}/32 ${match} 80 -j ${wall ? 'KUBE-FW-1' : ext}`] : []),
      ...(wall
        ? [
            `-A KUBE-FW-1 -s 203.0.113.0/24 -j ${ext}`,
            '-A KUBE-FW-1 -m comment --comment "other traffic will be dropped"',
          ]
        : []),
      `-A KUBE-NODEPORTS ${match} ${nodePortOf(at)} -j ${ext}`,
      ...external,
      `-A ${svc} ! -s ${POD_RANGE} -d ${vip}/32 ${match} 80 -j KUBE-MARK-MASQ`,
      ...(affinity
        ? seps.map(({ name }) => `-A ${svc} ${recent(name, '--rcheck --seconds 10800 --reap')} -j ${name}`)
        : []),
      ...seps.map(({ name }, each) => `-A ${svc} ${share(seps.length - each)}-j ${name}`),
      ...seps.flatMap(({ name, backend }) => [
        `-A ${name} -s ${backend}/32 -j KUBE-MARK-MASQ`,
        `-A ${name} -p ${protocol} ${affinity ? `${recent(name, '--set')} ` : ''}-m ${protocol} -j DNAT --to-destination ${backend}:8080`,
      ]),
    ],
  };
}

const recent = (name: string, what: string): string =>
  `-m recent ${what} --name ${name} --mask 255.255.255.255 --rsource`;
const share = (left: number): string =>
  left > 1 ? `-m statistic --mode random --probability ${(1 / left).toFixed(11)} ` : '';

/** The portmap plugin of CNI. */
function hostPort(dice: Dice): Chains {
  if (dice.chance(0.5)) return NO_CHAINS;
  const pod = dice.pick(PODS);
  return {
    chains: ['CNI-HOSTPORT-DNAT', 'CNI-HOSTPORT-SETMARK', 'CNI-HOSTPORT-MASQ', 'CNI-DN-1'],
    rules: [
      '-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
      '-A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
      '-A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ',
      '-A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000',
      '-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE',
      `-A CNI-HOSTPORT-DNAT -p tcp -m multiport --dports ${HOST_PORT},9999 -j CNI-DN-1`,
      `-A CNI-DN-1 -s ${pod}/32 -p tcp -m tcp --dport ${HOST_PORT} -j CNI-HOSTPORT-SETMARK`,
      `-A CNI-DN-1 -s 127.0.0.1/32 -p tcp -m tcp --dport ${HOST_PORT} -j CNI-HOSTPORT-SETMARK`,
      `-A CNI-DN-1 -s ${NODE}/32 -p tcp -m tcp --dport ${HOST_PORT} -j CNI-HOSTPORT-SETMARK`,
      `-A CNI-DN-1 -p tcp -m tcp --dport ${HOST_PORT} -j DNAT --to-destination ${pod}:80`,
    ],
  };
}
