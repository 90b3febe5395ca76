// Node ports and load balancers' addresses as Cilium's program at a node's outer device serves them: nodeport_lb4.
import type { CiliumBackend } from '../../facts/ebpf.js';
import { chanced } from '../fork.js';
import type { Frame } from '../packet.js';
import { tupleOf } from '../packet.js';
import { refusal } from '../refuse.js';
import { type Journey, type Scenario, dropped, ended, logged, unsure } from '../scenario.js';
import { primaryAddress } from '../world.js';
import { type At, delivered, wrapped } from './link.js';
import { identityOf } from './maps.js';

/** What these say of a frontend changes nothing of which way a packet goes; of others the maps hold only half. */
const PLAIN = new Set([
  'NodePort',
  'LoadBalancer',
  'ExternalIPs',
  'Local',
  'InternalLocal',
  'two-scopes',
  'sessionAffinity',
]);

/** Undefined where the address and port are no frontend's: it is left to the node's own stack. */
export function fromNetwork(journey: Journey, scenario: Scenario, at: At): readonly Scenario[] | undefined {
  const { netns, ebpf, frame, link } = at;
  const key = `${frame.dst}:${frame.dport}`;
  const service = ebpf.services.get(key);
  if (scenario.leg === 'back' || frame.inner || !service) return undefined;
  const command = `cilium-dbg bpf lb list | grep -F '${key}'`;
  if (service.flags.includes('non-routable')) {
    const says = `dropped: Cilium serves ${key} to the cluster only`;
    return [dropped(scenario, netns.id, { says, cites: `${key} [${service.flags.join(', ')}]`, command })];
  }
  const isOuter = netns.addresses.some((each) => each.link === link && journey.world.nodeIps.get(each.ip) === netns.id);
  if (!ebpf.servesNodePorts || !isOuter || service.flags.some((flag) => !PLAIN.has(flag)))
    return [unsure(scenario, `which backend Cilium's program at ${link} of ${netns.id} chooses for ${key}`)];
  const { backends } = service;
  if (backends.length === 0) return [withoutBackend(scenario, at, { key, command })];
  return backends.map((backend, slot) => {
    const choice = { key, command, backend, slot, of: backends.length };
    return toSlot(journey, choosing(scenario, at, choice), { at, choice });
  });
}

interface Frontend {
  readonly key: string;
  readonly command: string;
}

/** tail_no_service_ipv4 sends the ICMP error back out of the device it came by. */
function withoutBackend(scenario: Scenario, { netns, frame, ebpf }: At, { key, command }: Frontend): Scenario {
  const by = `${key} has no backend in the load balancer of ${netns.id}`;
  if (!ebpf.rejectsUnserved) return dropped(scenario, netns.id, { says: `dropped: ${by}`, cites: by, command });
  const how = 'icmp-port-unreachable';
  const told = logged(scenario, netns.id, { kind: 'refuse', says: `refused: ${by}`, cites: by, command });
  return ended(told, { kind: 'refused', how, netns: netns.id, by }, refusal(netns, frame, { how, attached: false }));
}

interface Choice extends Frontend {
  readonly backend: CiliumBackend;
  readonly slot: number;
  /** How many there are to choose from. */
  readonly of: number;
}

function choosing(scenario: Scenario, { netns }: At, { key, slot, of }: Choice): Scenario {
  if (of === 1) return scenario;
  return { ...scenario, fork: chanced(scenario.fork, 1 / of, `${netns.id} ${key} slot ${slot + 1}`) };
}

/** To one of the backends, by a scenario that has chosen it. */
function toSlot(journey: Journey, scenario: Scenario, { at, choice }: { at: At; choice: Choice }): Scenario {
  const { key, backend, slot, command } = choice;
  if ('missing' in backend) return withoutBackend(scenario, at, { key: `slot ${slot + 1} of ${key}`, command });
  const says = `Cilium's program at ${at.link} makes ${key} ${backend.address}:${backend.port}`;
  const told = logged(scenario, at.netns.id, { kind: 'nat', says, cites: `${key} ${backend.text}`, command });
  return toBackend(journey, told, { ...at, frame: { ...at.frame, dst: backend.address, dport: backend.port } });
}

/** A pod of this node gets it as it is; to a peer it goes with this node's address inside the pods' network. */
function toBackend(journey: Journey, scenario: Scenario, at: At): Scenario {
  const { netns, ebpf, frame } = at;
  const client = identityOf(ebpf, frame.src);
  const here = client && delivered(journey, remembered(scenario, at, frame), { ...at, identity: client.identity });
  if (here) return here;
  const peer = identityOf(ebpf, frame.dst);
  const gateway = primaryAddress(netns, 'cilium_host');
  // To the peer all clients from beyond are the world's (WORLD_ID in the tunnel's header), whoever they are here.
  const world = identityOf(ebpf, '0.0.0.0');
  if (peer?.tunnel === undefined || gateway === undefined || !world)
    return unsure(scenario, `how Cilium on ${netns.id} hands a packet from outside to ${frame.dst}`);
  const sent: Frame = { ...frame, src: gateway };
  const says = `source ${frame.src} becomes ${gateway}, so that the answer comes back here`;
  const told = logged(scenario, netns.id, { kind: 'nat', says, command: 'cilium-dbg bpf nat list' });
  return wrapped(
    remembered(told, at, sent),
    { ...at, frame: sent },
    { tunnel: peer.tunnel, identity: world.identity, cites: peer.text },
  );
}

const remembered = (scenario: Scenario, { netns }: At, sent: Frame): Scenario => ({
  ...scenario,
  nodePort: { netns: netns.id, sent: tupleOf(sent) },
});
