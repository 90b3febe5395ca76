// The answer to what came in by a node port: translated back by the node that chose the backend, and sent out past its stack.
import type { Frame } from '../packet.js';
import { reversed, sameTuple, tupleText } from '../packet.js';
import { lookupRoute } from '../route.js';
import { type Scenario, logged, staged, unsure } from '../scenario.js';
import type { Netns } from '../world.js';

/** Undefined where the frame is no such answer. */
export function translatedBack(scenario: Scenario, netns: Netns, frame: Frame): Scenario | undefined {
  const { leg, nodePort, client } = scenario;
  if (leg !== 'back' || nodePort?.netns !== netns.id) return undefined;
  if (frame.icmp) return unsure(scenario, `how Cilium on ${netns.id} translates an ICMP error back`);
  if (!sameTuple(reversed(frame), nodePort.sent)) return undefined;
  const back = { ...frame, ...reversed(client) };
  // bpf_fib_lookup asks the node's own routes; its rules in iptables never see the packet.
  const found = lookupRoute(netns, { dst: back.dst, src: back.src, mark: 0 });
  if (found.kind !== 'route' || found.route.type !== 'unicast' || found.route.dev === undefined)
    return unsure(scenario, `which way Cilium on ${netns.id} sends the answer to ${back.dst}`);
  const { dev, via } = found.route;
  const told = logged(scenario, netns.id, {
    kind: 'ebpf',
    says: `Cilium's programs make ${tupleText(frame)} ${tupleText(back)} and send it out of ${dev}`,
    cites: found.route.text,
    command: 'cilium-dbg bpf ct list global',
  });
  return staged(told, { at: 'device', netns: netns.id, link: dev, frame: back, nexthop: via ?? back.dst });
}
