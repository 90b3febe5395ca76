// A routed packet leaves a namespace: POSTROUTING, then the neighbour that gives it a hardware address.
import type { Link } from '../facts/network.js';
import { throughHook } from './hook-stage.js';
import { brokenLink } from './link-state.js';
import type { Frame } from './packet.js';
import { refusal } from './refuse.js';
import {
  type Journey,
  type Routed,
  type Scenario,
  dropped,
  ended,
  logged,
  netnsOf,
  staged,
  unseen,
  unsure,
} from './scenario.js';
import { ownerOf, strayText } from './wire.js';
import { type Netns, isUnread, linkOf } from './world.js';

/** Devices that carry IP without a hardware address. */
const WITHOUT_ARP = new Set(['ipip', 'gre', 'sit', 'tun', 'wireguard', 'ip6tnl', 'ppp', 'vti']);

export function transmit(journey: Journey, scenario: Scenario, stage: Routed): readonly Scenario[] {
  const netns = netnsOf(journey, stage.netns);
  if (!netns) return [unsure(scenario, `${stage.netns} was not read`)];
  const { oif, iif, nexthop, physin } = stage;
  const from = { ...(iif === undefined ? {} : { iif }), ...(physin === undefined ? {} : { physin }) };
  const sight = { netns, hook: 'postrouting', oif, nexthop, ...from } as const;
  return throughHook(scenario, stage.frame, {
    sight,
    next: (through) => [leave(journey, through.scenario, { ...stage, frame: through.frame })],
  });
}

function leave(journey: Journey, scenario: Scenario, { netns: id, frame, oif, nexthop, iif }: Routed): Scenario {
  const netns = netnsOf(journey, id);
  const link = netns && linkOf(netns, oif);
  if (oif === 'lo' && link?.up === false)
    return unsure(scenario, `what ${id} does with what it sends itself, while its loopback device is down`);
  if (oif === 'lo') return staged(scenario, { at: 'receive', netns: id, iif: 'lo', frame, hooked: false });
  if (!netns) return unsure(scenario, `${id} was not read`);
  const found = neighbourOf(journey, netns, { oif, nexthop, link });
  if (found.kind === 'unknown') return unsure(scenario, found.why);
  if (found.kind === 'unreachable')
    return unreachable(scenario, netns, { by: found.by, frame, isOwn: iif === undefined });
  const broken = link && brokenLink(link);
  if (broken) return dropped(scenario, id, { says: `not sent: ${broken}`, command: `ip -s link show ${oif}` });
  const told =
    found.cites === undefined
      ? scenario
      : logged(scenario, id, {
          kind: 'neighbour',
          says: `${nexthop} has MAC ${found.mac}`,
          cites: found.cites,
          command: `ip neigh show ${nexthop} dev ${oif}`,
        });
  const sure = found.assumed ? unseen(told, `who answers for ${nexthop} on ${oif} of ${id}`) : told;
  const addressed = found.mac === undefined ? withoutMac(frame) : { ...frame, dstMac: found.mac };
  return staged(sure, { at: 'device', netns: id, link: oif, frame: addressed, nexthop });
}

export function withoutMac(frame: Frame): Frame {
  const { dstMac: _, ...rest } = frame;
  return rest;
}

export function unreachable(
  scenario: Scenario,
  netns: Netns,
  { by, frame, isOwn }: { by: string; frame: Frame; isOwn: boolean },
): Scenario {
  const told = logged(scenario, netns.id, {
    kind: 'drop',
    says: `no neighbour: ${by}`,
    cites: by,
    command: 'ip neigh',
  });
  // What it sends itself fails with an errno after about 3 s; for others it tells the sender with an ICMP error.
  const answer = isOwn ? undefined : refusal(netns, frame, { how: 'icmp-host-unreachable', attached: true });
  return ended(told, { kind: 'neighbour-unreachable', netns: netns.id, by }, answer);
}

type Found =
  | { readonly kind: 'found'; readonly mac?: string; readonly cites?: string; readonly assumed: boolean }
  | { readonly kind: 'unreachable'; readonly by: string }
  | { readonly kind: 'unknown'; readonly why: string };
const FOUND = { kind: 'found', assumed: false } as const;

interface Neighbouring {
  readonly oif: string;
  readonly nexthop: string;
  readonly link?: Link | undefined;
}

export function neighbourOf(journey: Journey, netns: Netns, { oif, nexthop, link }: Neighbouring): Found {
  if (link && WITHOUT_ARP.has(link.kind)) return FOUND;
  // NOARP: its program answers for nobody and takes everything.
  if (netns.ebpf !== undefined && oif === 'cilium_host') return FOUND;
  const entry = netns.neighbours.find(({ ip, dev }) => ip === nexthop && dev === oif);
  const isFailed = entry !== undefined && (/FAILED|INCOMPLETE/.test(entry.state) || entry.mac === undefined);
  if (entry && !isFailed && entry.mac !== undefined) {
    const cites = `${nexthop} dev ${oif} lladdr ${entry.mac} ${entry.state}`;
    return { kind: 'found', mac: entry.mac.toLowerCase(), cites, assumed: false };
  }
  // Nobody is asked on a tunnel whose peers are written down: what is not written there does not exist.
  if (link?.vxlan && !link.vxlan.learning && isUnread(netns, 'neighbours'))
    return { kind: 'unknown', why: `who is ${nexthop} on ${oif} of ${netns.id}: its neighbours were not read` };
  if (link?.vxlan && !link.vxlan.learning)
    return { kind: 'unreachable', by: `${oif} of ${netns.id} has no neighbour entry for ${nexthop}` };
  const owner = ownerOf(journey.world, netns, { link: oif, ip: nexthop });
  if (owner.kind === 'answers')
    return owner.mac === undefined
      ? { ...FOUND, assumed: true }
      : { kind: 'found', mac: owner.mac.toLowerCase(), assumed: false };
  const stray = link?.kind === 'bridge' ? strayText(journey.world, netns, { bridge: oif, ip: nexthop }) : '';
  if (isFailed) return { kind: 'unreachable', by: `${nexthop} dev ${oif} ${entry.state}${stray}` };
  if (owner.kind === 'nobody')
    return { kind: 'unreachable', by: `nobody on ${oif} of ${netns.id} answers for ${nexthop}${stray}` };
  // A gateway of the network around us: that it answers is the likeliest, and nothing here could tell.
  if (link?.kind !== 'bridge' && journey.world.pods.get(nexthop) === undefined) return { ...FOUND, assumed: true };
  return { kind: 'unknown', why: `whether anything answers for ${nexthop} on ${oif} of ${netns.id}` };
}
