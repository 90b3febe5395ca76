// Cilium's programs at the links: what leaves a pod, what comes out of the tunnel, what the node itself sends to pods.
import type { CiliumEndpoint } from '../../facts/ebpf.js';
import { crossed } from '../device.js';
import { HASHED_PORT } from '../vxlan.js';
import type { Frame } from '../packet.js';
import { type Journey, type Scenario, dropped, logged, staged, unsure } from '../scenario.js';
import { type CiliumState, type Netns, wireKey } from '../world.js';
import { translatedBack } from './answer.js';
import { endpointAt, HOST, identityOf, policyEntry } from './maps.js';

export interface At {
  readonly netns: Netns;
  readonly ebpf: CiliumState;
  readonly frame: Frame;
  /** Link by which the packet came, for the stack where it is handed on. */
  readonly link: string;
}

interface Known extends At {
  /** Who sent it, to policies. */
  readonly identity: number;
}

/** bpf_lxc, from-container: egress policy, then a pod of this node, a peer's tunnel, or the node's own stack. */
export function fromPod(journey: Journey, scenario: Scenario, at: At): Scenario {
  const { ebpf, frame, netns } = at;
  const answer = translatedBack(scenario, netns, frame);
  if (answer) return answer;
  const source = endpointAt(ebpf, frame.src)?.local;
  if (!source)
    return unsure(
      scenario,
      `what Cilium on ${netns.id} does with a packet from ${frame.src}, which is no endpoint of it`,
    );
  const identity = identityOf(ebpf, frame.dst);
  if (!identity) return unsure(scenario, `who ${frame.dst} is to Cilium on ${netns.id}: its ipcache has no entry`);
  const allowed = judged(scenario, at, { direction: 'egress', endpoint: source.id, identity: identity.identity });
  return allowed.stage === scenario.stage ? onward(journey, allowed, { ...at, identity: source.identity }) : allowed;
}

/** bpf_overlay: the tunnel's number is the sender's identity. */
export const fromTunnel = (journey: Journey, scenario: Scenario, at: Known): Scenario =>
  translatedBack(scenario, at.netns, at.frame) ??
  delivered(journey, scenario, at) ??
  staged(scenario, { at: 'receive', netns: at.netns.id, iif: at.link, frame: at.frame, hooked: false });

/** bpf_host on cilium_host: what the node itself sends to a pod, here or behind a peer. */
export const fromHost = (journey: Journey, scenario: Scenario, at: At): Scenario =>
  onward(journey, scenario, { ...at, identity: HOST });

function onward(journey: Journey, scenario: Scenario, at: Known): Scenario {
  const here = delivered(journey, scenario, at);
  if (here) return here;
  const { netns, ebpf, frame, link, identity } = at;
  const peer = endpointAt(ebpf, frame.dst) ? undefined : identityOf(ebpf, frame.dst);
  if (peer?.tunnel !== undefined) return wrapped(scenario, at, { tunnel: peer.tunnel, identity, cites: peer.text });
  const says = `${frame.dst} is no pod behind a tunnel: left to the routes of ${netns.id}`;
  const told = logged(scenario, netns.id, { kind: 'ebpf', says, command: `cilium-dbg bpf ipcache get ${frame.dst}` });
  return staged(told, { at: 'receive', netns: netns.id, iif: link, frame, hooked: false });
}

/** A pod of this node: its ingress policy, then its end of the cable. Undefined where the address is no pod here. */
export function delivered(journey: Journey, scenario: Scenario, at: Known): Scenario | undefined {
  const { netns, ebpf, frame, identity } = at;
  const endpoint = endpointAt(ebpf, frame.dst);
  if (!endpoint?.local) return undefined;
  const allowed = judged(scenario, at, { direction: 'ingress', endpoint: endpoint.local.id, identity });
  return allowed.stage === scenario.stage ? intoPod(journey, allowed, { netns, frame, endpoint }) : allowed;
}

function intoPod(
  { world }: Journey,
  scenario: Scenario,
  { netns, frame, endpoint }: { readonly netns: Netns; readonly frame: Frame; readonly endpoint: CiliumEndpoint },
): Scenario {
  const host = netns.links.find(({ index }) => index === endpoint.local?.ifindex);
  const pod = world.pods.get(frame.dst)?.netns ?? (host && world.podLinks.get(wireKey(netns.id, host.name)));
  const command = `cilium-dbg bpf endpoint list | grep -F '${endpoint.ip}:'`;
  if (!host) {
    const says = `not delivered: Cilium sends ${frame.dst} to interface ${endpoint.local?.ifindex}, which ${netns.id} does not have`;
    return dropped(scenario, netns.id, { says, cites: endpoint.text, command });
  }
  if (pod === undefined) return unsure(scenario, `which pod is behind ${host.name} of ${netns.id}`);
  const inside = world.netns.get(pod);
  const link = inside?.links.find(({ peerIndex, name }) => peerIndex === host.index && name !== 'lo')?.name ?? '';
  const told = logged(scenario, netns.id, {
    kind: 'veth',
    says: `out of ${host.name} into ${pod}`,
    cites: endpoint.text,
    command,
  });
  const { dstMac: _, ...rest } = crossed(frame, true);
  return staged(told, { at: 'arrive', netns: pod, link, frame: rest });
}

interface Judging {
  readonly direction: 'ingress' | 'egress';
  readonly endpoint: number;
  readonly identity: number;
}

/** The same scenario, one step further, when allowed. An answer belongs to a tracked connection and is not asked. */
function judged(scenario: Scenario, { netns, ebpf, frame }: At, { direction, endpoint, identity }: Judging): Scenario {
  if (scenario.leg === 'back') return scenario;
  const command = `cilium-dbg bpf policy get ${endpoint}`;
  const entries = ebpf.policies.get(endpoint);
  if (!entries)
    return unsure(
      scenario,
      `the ${direction} policy of Cilium's endpoint ${endpoint} on ${netns.id}, which has no map`,
    );
  const entry = policyEntry(entries, { direction, identity, frame });
  const flow = `${direction} of endpoint ${endpoint} for identity ${identity}, ${frame.protocol} ${frame.dport}`;
  if (!entry || entry.denies) {
    const says = entry ? `a policy denies ${flow}` : `no policy entry allows ${flow}`;
    const cites = entry?.text ?? `no entry for ${flow}`;
    // POLICY_AUDIT_MODE: what would be dropped is told to the monitor and let go.
    if (ebpf.audits) return logged(scenario, netns.id, { kind: 'ebpf', says: `only audited: ${says}`, cites, command });
    return dropped(scenario, netns.id, { says: `dropped: ${says}`, cites, command });
  }
  if (entry.proxyPort !== 0) return unsure(scenario, `what Cilium's proxy on ${netns.id} makes of ${flow}`);
  return logged(scenario, netns.id, { kind: 'ebpf', says: `policy allows ${flow}`, cites: entry.text, command });
}

/** lib/encap.h: the packet goes to cilium_vxlan with the peer's address and the sender's identity as its number. */
export function wrapped(
  scenario: Scenario,
  { netns, frame }: At,
  { tunnel, identity, cites }: { readonly tunnel: string; readonly identity: number; readonly cites: string },
): Scenario {
  const device = netns.links.find(({ vxlan }) => vxlan?.external);
  const port = device?.vxlan?.port;
  if (!device || port === undefined)
    return unsure(scenario, `by which device Cilium on ${netns.id} wraps packets for ${tunnel}`);
  const command = `cilium-dbg bpf ipcache get ${frame.dst}`;
  if (!device.up)
    return dropped(scenario, netns.id, {
      says: `not sent: ${device.name} is down`,
      command: `ip link show ${device.name}`,
    });
  const says = `VXLAN ${identity} by ${device.name} to ${tunnel}:${port}`;
  const told = logged(scenario, netns.id, { kind: 'encapsulate', says, cites, command });
  const outer: Frame = {
    protocol: 'udp',
    flags: '',
    src: '',
    dst: tunnel,
    sport: HASHED_PORT,
    dport: port,
    mark: 0,
    ttl: 64,
    state: 'INVALID',
    isReply: false,
    inner: { frame: crossed(frame, false), vni: identity },
  };
  return staged(told, { at: 'send', netns: netns.id, frame: outer });
}
