// A packet for this namespace itself: INPUT, then a tunnel, a socket, or nobody.
import type { Socket } from '../facts/network.js';
import { throughHook } from './hook-stage.js';
import { bridgeCallsIptables } from './arrive.js';
import { type Frame, reversed, sameTuple, tupleText } from './packet.js';
import type { Step } from './prediction.js';
import { acceptance, refusal } from './refuse.js';
import { type Journey, type Scenario, ended, logged, unsure } from './scenario.js';
import { decapsulate } from './vxlan.js';
import { type Netns, type World, ownsAddress } from './world.js';

export interface AtHome {
  readonly netns: Netns;
  readonly iif: string;
  readonly frame: Frame;
  /** The bridge's port, where br_netfilter has seen it. */
  readonly physin?: string;
}

export function deliver(journey: Journey, scenario: Scenario, at: AtHome): readonly Scenario[] {
  const { netns, iif, frame, physin } = at;
  const sight = { netns, hook: 'input', iif, ...(physin === undefined ? {} : { physin }) } as const;
  return throughHook(scenario, frame, {
    sight,
    next: (through) => {
      const tunnelled = decapsulate(journey, through.scenario, { netns, frame: through.frame });
      if (tunnelled) return [tunnelled];
      if (through.frame.inner) {
        const by = `no VXLAN device of ${netns.id} listens on UDP port ${through.frame.dport}`;
        return [
          ended(logged(through.scenario, netns.id, { kind: 'drop', says: by, command: 'ip -d link show type vxlan' }), {
            kind: 'dropped',
            netns: netns.id,
            by,
          }),
        ];
      }
      return [
        through.scenario.leg === 'back'
          ? returned(journey, through.scenario, { netns, frame: through.frame })
          : toSocket(through.scenario, netns, through.frame),
      ];
    },
  });
}

function toSocket(scenario: Scenario, netns: Netns, frame: Frame): Scenario {
  // IPVS takes packets for its service addresses out of INPUT, before any socket is looked for.
  if (netns.addresses.some(({ link, ip }) => link === 'kube-ipvs0' && ip === frame.dst)) {
    return unsure(scenario, `which backend IPVS on ${netns.id} chooses for ${frame.dst}:${frame.dport}`);
  }
  const where = `${frame.dst}:${frame.dport}`;
  const arrived = { kind: 'delivered', netns: netns.id, address: frame.dst, port: frame.dport } as const;
  if (!netns.sockets) {
    const told = logged(scenario, netns.id, {
      kind: 'deliver',
      says: `reaches ${netns.id}; whether anything listens on ${where} was not read`,
    });
    return ended(told, { ...arrived, socket: 'not-read' }, acceptance(netns, frame));
  }
  const socket = netns.sockets.find((each) => listens(each, frame));
  const command = frame.protocol === 'tcp' ? 'ss -Hlntp' : 'ss -Hlnup';
  if (socket) {
    const cites = `${socket.protocol} ${socket.state} ${socket.localIp}:${socket.localPort}${socket.process === undefined ? '' : ` ${socket.process}`}`;
    const told = logged(scenario, netns.id, { kind: 'deliver', says: `a socket listens on ${where}`, cites, command });
    return ended(told, { ...arrived, socket: 'listens' }, acceptance(netns, frame));
  }
  const how = frame.protocol === 'tcp' ? 'rst' : 'icmp-port-unreachable';
  const by = `nothing listens on ${where}/${frame.protocol} in ${netns.id}`;
  const told = logged(scenario, netns.id, { kind: 'refuse', says: by, command });
  // udp_rcv lets go of the connection (nf_reset_ct) before it looks for a socket, as tcp_v4_rcv does.
  const answer = refusal(netns, frame, { how, attached: false });
  return ended(told, { kind: 'refused', how, netns: netns.id, by }, answer);
}

const ANY = new Set(['0.0.0.0', '*', '::', '[::]']);

function listens(socket: Socket, frame: Frame): boolean {
  if (socket.protocol !== frame.protocol || socket.localPort !== frame.dport) return false;
  const isOpen = frame.protocol === 'tcp' ? socket.state === 'LISTEN' : socket.state !== 'ESTAB';
  const ip = socket.localIp.replace(/%.*$/, '').replace(/^(?:\[?::ffff:)(.+?)\]?$/, '$1');
  // An IPv6 listener on every address takes IPv4 too, unless it asked for IPV6_V6ONLY.
  return isOpen && (ANY.has(ip) || ip === frame.dst);
}

/** The answer is back where somebody may wait for it: it must look like an answer to what was sent. */
function returned(
  { packet, world }: Journey,
  scenario: Scenario,
  { netns, frame }: { netns: Netns; frame: Frame },
): Scenario {
  const { client } = scenario;
  const isHome = netns.id === packet.from || (packet.from === 'outside' && ownsAddress(netns, client.src));
  const fits = frame.icmp ? sameTuple(frame.icmp.about, client) : sameTuple(reversed(frame), client);
  if (isHome && fits) {
    const told = logged(scenario, netns.id, {
      kind: 'socket',
      says: `the answer fits what the client sent to ${client.dst}:${client.dport}`,
    });
    return arrivedWith(
      ended(told, {
        kind: 'delivered',
        netns: netns.id,
        address: frame.dst,
        port: frame.dport,
        socket: 'listens',
      }),
      frame,
    );
  }
  const says = isHome
    ? `the client sent to ${client.dst}:${client.dport} and is answered from ${frame.src}:${frame.sport}: not translated back`
    : `the answer ${tupleText(frame)} ends in ${netns.id}, which asked nothing`;
  const past = pastRules(world, scenario, netns);
  const told = logged(scenario, netns.id, { kind: 'drop', says, command: 'conntrack -L', ...past });
  return arrivedWith(ended(told, { kind: 'untranslated', netns: netns.id, by: says }), frame);
}

/** The setting by which the bridge that an answer came by last does not show it to the rules that would translate it back. */
function pastRules({ netns }: World, { log }: Scenario, own: Netns): Pick<Step, 'cites' | 'command'> {
  let at = log;
  while (at?.netns === own.id) at = at.before;
  const from = at && netns.get(at.netns);
  if (!from || at?.before?.step.kind !== 'bridge' || bridgeCallsIptables(from) !== false) return {};
  return {
    cites: `${from.id} switches it past its rules: net.bridge.bridge-nf-call-iptables is not 1`,
    command: 'sysctl net.bridge.bridge-nf-call-iptables',
  };
}

function arrivedWith(scenario: Scenario, last: Frame): Scenario {
  const { stage } = scenario;
  return stage.at === 'end' ? { ...scenario, stage: { ...stage, last } } : scenario;
}
