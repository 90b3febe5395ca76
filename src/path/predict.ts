// Walks a packet through the world and its answer back: every way it may go, joined where they end alike.
import { arrive } from './arrive.js';
import { switchFrame } from './bridge.js';
import { device } from './device.js';
import { CERTAIN, MAX_DOUBTFUL } from './fork.js';
import { concluded } from './conclude.js';
import { ipNumber } from '../facts/ip.js';
import { EPHEMERAL_PORT, type Frame, type Packet, reversed } from './packet.js';
import type { Prediction } from './prediction.js';
import { receive } from './receive.js';
import { type Journey, type Scenario, staged, unsure } from './scenario.js';
import { send } from './send.js';
import { transmit } from './transmit.js';
import type { World } from './world.js';

/** No real way is this long: there and back over three nodes takes about forty stages. */
const MAX_STAGES = 400;
const MAX_SCENARIOS = 2000;

export const predict = (world: World, packet: Packet): Prediction => concluded(packet, walk(world, packet));

/** Every way the packet may go, before those that end alike become one. */
export function walk(world: World, packet: Packet): readonly Scenario[] {
  const journey: Journey = { world, packet };
  const finished: Scenario[] = [];
  const open: Scenario[] = [start(packet)];
  for (let stages = 0; open.length > 0; stages += 1) {
    const scenario = open.pop();
    if (!scenario) break;
    const { stage } = scenario;
    if (stage.at === 'end') {
      const back = answered(scenario);
      if (back) open.push(back);
      else finished.push(scenario);
    } else if (stages > MAX_STAGES * MAX_SCENARIOS || open.length + finished.length > MAX_SCENARIOS) {
      finished.push(unsure(scenario, `more than ${MAX_SCENARIOS} ways to go`));
    } else {
      open.push(...capped(advance(journey, scenario), open.length + finished.length));
    }
  }
  return finished;
}

function start(packet: Packet): Scenario {
  const client = { src: packet.src ?? '', dst: packet.dst, sport: packet.sport ?? EPHEMERAL_PORT, dport: packet.dport };
  const frame: Frame = {
    ...client,
    protocol: packet.protocol,
    flags: packet.protocol === 'tcp' ? 'SYN' : '',
    mark: packet.mark ?? 0,
    ttl: 64,
    state: 'INVALID',
    isReply: false,
  };
  const scenario: Scenario = {
    leg: 'there',
    stage: { at: 'send', netns: packet.from, frame },
    fork: CERTAIN,
    connections: [],
    log: undefined,
    client,
    seen: new Set(),
    blind: new Set(),
  };
  return ipNumber(packet.dst) === undefined
    ? unsure(scenario, `IPv6: the rules for ${packet.dst} were not read`)
    : scenario;
}

function advance(journey: Journey, scenario: Scenario): readonly Scenario[] {
  const { stage } = scenario;
  switch (stage.at) {
    case 'send':
      return send(journey, scenario, stage);
    case 'transmit':
      return transmit(journey, scenario, stage);
    case 'device':
      return device(journey, scenario, stage);
    case 'arrive':
      return arrive(journey, scenario, stage);
    case 'switch':
      return switchFrame(journey, scenario, stage);
    case 'receive':
      return receive(journey, scenario, stage);
    default:
      return [scenario];
  }
}

/** The way there is over and somebody answers: the same walk goes on with the answer. */
function answered(scenario: Scenario): Scenario | undefined {
  const { stage, leg, log } = scenario;
  if (stage.at !== 'end' || leg === 'back' || !stage.answer) return undefined;
  const { netns, frame } = stage.answer;
  const arrives = frame.icmp ? frame.icmp.about : reversed(frame);
  const there = { outcome: stage.outcome, log, arrives };
  const back: Scenario = { ...scenario, leg: 'back', log: undefined, there };
  return staged(back, { at: 'send', netns, frame });
}

/** With so many open questions the answer is unknown anyhow. */
function capped(scenarios: readonly Scenario[], others: number): readonly Scenario[] {
  const doubtful = scenarios.filter(({ fork }) => fork.doubts.size > 0).length;
  if (doubtful === 0 || doubtful + others <= MAX_DOUBTFUL) return scenarios;
  return scenarios.map((scenario) =>
    scenario.fork.doubts.size === 0
      ? scenario
      : unsure(scenario, `more than ${MAX_DOUBTFUL} ways to go, depending on what could not be decided`),
  );
}
