// Cilium's socket load balancer: connect() and sendto() are rewritten before the kernel makes a packet of them, so the
// client's own socket holds the backend's address and no answer has to be translated back.
import { chanced } from '../fork.js';
import type { Frame } from '../packet.js';
import { type Journey, type Scenario, ended, logged, unsure } from '../scenario.js';
import { isPod, mapsUnread, type Netns } from '../world.js';
import { podOf } from '../wire.js';
import { type Frontend, frontendOf } from './maps.js';

export interface Dialled {
  readonly scenario: Scenario;
  /** Absent: connect() itself failed, and the scenario has ended. */
  readonly frame?: Frame;
}

/** The node whose programs act on the sockets of this namespace. */
export function programsOf({ world }: Journey, id: string): Netns | undefined {
  const node = isPod(id) ? podOf(world, id)?.[1].node : undefined;
  const netns = world.netns.get(node === undefined ? id : `node/${node}`);
  return netns?.ebpf === undefined ? undefined : netns;
}

export function dial(
  journey: Journey,
  scenario: Scenario,
  { netns: id, frame }: { netns: string; frame: Frame },
): readonly Dialled[] {
  const isDialled = scenario.leg === 'there' && scenario.client.src === '' && !frame.icmp && !frame.inner;
  const node = isDialled ? programsOf(journey, id) : undefined;
  const ebpf = node?.ebpf;
  if (!node || !ebpf) return [{ scenario, frame }];
  if (ebpf === 'not-read')
    return [
      {
        scenario: unsure(
          scenario,
          `which backend Cilium on ${node.id} chooses for ${frame.dst}:${frame.dport}: ${mapsUnread(node)}`,
        ),
      },
    ];
  const frontend = frontendOf(ebpf, frame);
  if (!frontend) return [{ scenario, frame }];
  return isPod(id) && !ebpf.translatesPods
    ? [
        {
          scenario: unsure(
            scenario,
            `how the program at the link of ${id} balances ${frontend.key}: Cilium's socket load balancer is off`,
          ),
        },
      ]
    : balanced(scenario, { frontend, node, frame, from: id });
}

interface Balancing {
  readonly frontend: Frontend;
  readonly node: Netns;
  readonly frame: Frame;
  readonly from: string;
}

function balanced(scenario: Scenario, { frontend, node, frame, from }: Balancing): readonly Dialled[] {
  const command = `cilium-dbg bpf lb list | grep -F '${frontend.key}'`;
  const refused = (by: string): Dialled => {
    const told = logged(scenario, from, { kind: 'refuse', says: `connect() fails: ${by}`, cites: by, command });
    return { scenario: ended(told, { kind: 'refused', how: 'not-permitted', netns: from, by }) };
  };
  if (frontend.backends.length === 0)
    return [refused(`${frontend.key} has no backend in the load balancer of ${node.id}`)];
  return frontend.backends.map((backend, slot) => {
    const fork =
      frontend.backends.length > 1
        ? chanced(scenario.fork, 1 / frontend.backends.length, `${node.id} ${frontend.key} slot ${slot + 1}`)
        : scenario.fork;
    if ('missing' in backend) {
      const failed = refused(`slot ${slot + 1} of ${frontend.key} on ${node.id}: ${backend.text}`);
      return { scenario: { ...failed.scenario, fork } };
    }
    const says = `Cilium on ${node.id} makes ${frontend.key} ${backend.address}:${backend.port} for this socket`;
    const told = logged(scenario, from, { kind: 'nat', says, cites: `${frontend.key} ${backend.text}`, command });
    return { scenario: { ...told, fork }, frame: { ...frame, dst: backend.address, dport: backend.port } };
  });
}
