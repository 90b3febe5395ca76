// The first step out of a namespace that nobody could read: a pod has one way out, and the outside knows the nodes.
import { chanced } from './fork.js';
import { throughHook } from './hook-stage.js';
import { crossed } from './device.js';
import { type Journey, type Scenario, type Stage, logged, staged, unseen, unsure } from './scenario.js';
import { hostEnd, podOf } from './wire.js';
import { type Netns, isPod } from './world.js';

type Send = Extract<Stage, { at: 'send' }>;

const unreadNetns = (id: string): Netns => ({
  id,
  links: [],
  addresses: [],
  routes: [],
  rules: [],
  neighbours: [],
  fdb: [],
  sysctls: {},
  unread: [{ what: 'everything', why: 'not asked' }],
});

export function sendBlind(journey: Journey, scenario: Scenario, stage: Send): readonly Scenario[] {
  if (isPod(stage.netns)) return fromPod(journey, scenario, stage);
  if (stage.netns === 'outside') return fromOutside(journey, scenario, stage);
  return [unsure(scenario, `which way ${stage.netns} sends ${stage.frame.dst}: its routes were not read`)];
}

function fromPod({ world }: Journey, scenario: Scenario, { netns: id, frame }: Send): readonly Scenario[] {
  const netns = world.netns.get(id) ?? unreadNetns(id);
  const src = frame.src === '' ? podOf(world, id)?.[0] : frame.src;
  const end = hostEnd(world, id);
  if (src === undefined || !end)
    return [unsure(scenario, `which way ${id} sends: its routes were not read, nor is its link on the node known`)];
  const named = { ...frame, src };
  const client =
    scenario.client.src === '' ? { src, dst: frame.dst, sport: frame.sport, dport: frame.dport } : scenario.client;
  const told = logged({ ...scenario, client }, id, {
    kind: 'unread',
    says: `leaves by the pod's link, as far as one can tell: the routes of ${id} were not read`,
  });
  return throughHook(unseen(told, `the routes of ${id}`), named, {
    sight: { netns, hook: 'output' },
    next: (through) => [
      staged(through.scenario, {
        at: 'arrive',
        netns: end.netns,
        link: end.link ?? '',
        frame: crossed(through.frame, true),
      }),
    ],
  });
}

/** Used where a client outside gives no address of its own: one of those kept for documentation. */
export const SOMEBODY_OUTSIDE = '192.0.2.1';

function fromOutside({ world }: Journey, scenario: Scenario, { frame }: Send): readonly Scenario[] {
  const src = frame.src === '' ? SOMEBODY_OUTSIDE : frame.src;
  const doors = world.nodeIps.has(frame.dst) ? [frame.dst] : (world.balanced?.get(frame.dst) ?? []);
  if (doors.length === 0)
    return [unsure(scenario, `how a client outside reaches ${frame.dst}: it is no node's address`)];
  const client = { src, dst: frame.dst, sport: frame.sport, dport: frame.dport };
  const told = unseen({ ...scenario, client }, 'the network between the client and the nodes');
  return doors.map((ip) => {
    const netns = world.nodeIps.get(ip) ?? '';
    const link = world.netns.get(netns)?.addresses.find((address) => address.ip === ip)?.link ?? '';
    const fork = doors.length > 1 ? chanced(told.fork, 1 / doors.length, `enters by ${netns}`) : told.fork;
    return staged({ ...told, fork }, { at: 'arrive', netns, link, frame: { ...frame, src } });
  });
}
