// From all the ways a packet may go to a prediction: alike endings are one, and differing ones are not known.
import { type Fork, coverage } from './fork.js';
import { type Packet, tupleOf } from './packet.js';
import type { Branch, Outcome, Prediction } from './prediction.js';
import { type Scenario, hopsOf } from './scenario.js';
import { symptomOf } from './symptom.js';

interface Ended {
  readonly fork: Fork;
  readonly branch: Omit<Branch, 'probability'>;
  readonly key: string;
}

export function concluded(packet: Packet, scenarios: readonly Scenario[]): Prediction {
  const all = scenarios.map((scenario) => ended(packet, scenario));
  const branches: Branch[] = [];
  let open: Ended[] = [];
  for (const group of grouped(all, ({ fork }) => fork.choices)) {
    const [first] = group;
    // Every answer to the open questions is among them, and all end alike: then the questions do not matter.
    if (first && isWhole(group) && alike(group)) branches.push({ ...first.branch, probability: first.fork.weight });
    else open = [...open, ...group];
  }
  const rest = 1 - branches.reduce((sum, { probability }) => sum + probability, 0);
  if (open.length > 0 && rest > 1e-9) branches.push(...undecidedBranches(open, rest));
  const merged = merge(branches).toSorted((left, right) => right.probability - left.probability);
  return { branches: merged, symptoms: [...new Set(merged.map(({ symptom }) => symptom))] };
}

const isWhole = (group: readonly Ended[]): boolean => Math.abs(coverage(group.map(({ fork }) => fork)) - 1) < 1e-9;
const alike = (group: readonly Ended[]): boolean => group.every(({ key }) => key === group[0]?.key);

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

/** Those of one roll of dice are undecided together; those whose dice depend on the questions all together. */
function undecidedBranches(open: readonly Ended[], rest: number): readonly Branch[] {
  const groups = grouped(open, ({ fork }) => fork.choices);
  if (!groups.every(isWhole)) return [undecided(open, rest)];
  return groups.map((group) => undecided(group, group[0]?.fork.weight ?? 0));
}

function undecided(group: readonly Ended[], probability: number): Branch {
  const [first] = group;
  if (!first) throw new RangeError('a group of endings is never empty');
  if (alike(group)) return { ...first.branch, probability };
  const whys = group.flatMap(({ fork, branch }) => [
    ...[...fork.doubts.values()].map(({ why }) => why),
    ...[branch.outcome, branch.reply?.outcome].flatMap((each) => (each?.kind === 'unknown' ? each.undecided : [])),
  ]);
  const possible = grouped(group, ({ key }) => key).flatMap(([one]) =>
    one && one.branch.outcome.kind !== 'unknown' ? [one.branch.outcome] : [],
  );
  const symptoms = new Set(group.map(({ branch }) => branch.symptom));
  const shown = group.find(({ branch }) => branch.outcome.kind !== 'unknown') ?? first;
  const { reply: _, ...branch } = shown.branch;
  // Names of questions begin with the namespace that they are about.
  const [netns] = [...shown.fork.doubts.keys()].map((question) => question.slice(0, question.indexOf(' ')));
  const outcome: Outcome = { kind: 'unknown', undecided: [...new Set(whys)], possible };
  return {
    ...branch,
    probability,
    outcome: netns === undefined ? outcome : { ...outcome, netns },
    symptom: symptoms.size === 1 ? shown.branch.symptom : 'unknown',
  };
}

/** Several rolls of dice may come to the same: the same backend by two rules. */
function merge(branches: readonly Branch[]): readonly Branch[] {
  return grouped(branches, (branch) =>
    JSON.stringify([
      outcomeKey(branch.outcome),
      branch.reply && outcomeKey(branch.reply.outcome),
      branch.arrives,
      branch.symptom,
    ]),
  ).flatMap((group) => {
    const [first] = group;
    return first ? [{ ...first, probability: group.reduce((sum, { probability }) => sum + probability, 0) }] : [];
  });
}

function ended(packet: Packet, scenario: Scenario): Ended {
  const { stage, there, log, client, blind, fork } = scenario;
  const last: Outcome =
    stage.at === 'end' ? stage.outcome : { kind: 'unknown', undecided: ['the walk did not end'], possible: [] };
  const outcome = there?.outcome ?? last;
  const reply = there ? { hops: hopsOf(log), outcome: last, ...answerOf(scenario) } : undefined;
  const isOwn = 'netns' in outcome && outcome.netns === packet.from;
  const symptom = symptomOf({ protocol: packet.protocol, outcome, isOwn, ...(reply ? { reply: reply.outcome } : {}) });
  const arrives = there?.arrives ?? client;
  const alone = { hops: hopsOf(there ? there.log : log), outcome, symptom, blind: [...blind], arrives };
  const branch = reply ? { ...alone, reply } : alone;
  return { fork, key: endingOf(branch), branch };
}

/** What a branch claims: ways with the same ending are one to it, whatever addresses they came by. */
export const endingOf = ({ outcome, reply, symptom }: Omit<Branch, 'probability'>): string =>
  JSON.stringify([outcomeKey(outcome), reply && outcomeKey(reply.outcome), symptom]);

/** How one way ends by itself, whatever others do. */
export const branchOf = (packet: Packet, scenario: Scenario): Branch => ({
  ...ended(packet, scenario).branch,
  probability: scenario.fork.weight,
});

function answerOf({ stage }: Scenario): Pick<NonNullable<Branch['reply']>, 'arrives'> {
  if (stage.at !== 'end' || !stage.last) return {};
  const { icmp } = stage.last;
  return { arrives: { ...tupleOf(stage.last), ...(icmp ? { about: icmp.about } : {}) } };
}

/** What makes two endings different. Which of two rules dropped a packet does not. */
function outcomeKey(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'delivered':
      return `delivered ${outcome.netns} ${outcome.address}:${outcome.port} ${outcome.socket}`;
    case 'refused':
    case 'no-route':
      return `${outcome.kind} ${outcome.how} ${outcome.netns}`;
    case 'leaves':
      return `leaves ${outcome.netns} as ${outcome.src}`;
    case 'unknown':
      return `unknown ${outcome.undecided.join('|')}`;
    default:
      return `${outcome.kind} ${outcome.netns}`;
  }
}
