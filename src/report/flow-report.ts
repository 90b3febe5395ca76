// A flow for the eye: what was predicted beside what was observed, and whether the two agree.
import type { Fact } from '../facts/fact.js';
import type { Attempt } from '../facts/observation.js';
import type { FlowSeen } from '../layers/seen.js';
import { type Agreement, agreement } from '../path/agreement.js';
import type { Branch, Outcome, Prediction, Step } from '../path/prediction.js';
import { gapText } from '../evidence/evidence.js';
import { subjectText } from '../target/subject.js';
import type { FlowReport, StripHop } from './report.js';

export function flowReport(seen: FlowSeen, predicted: Fact<Prediction> | undefined): FlowReport {
  const branch = predicted && predicted.kind !== 'unknown' ? telling(predicted.value) : undefined;
  const agree = compared(seen, predicted);
  const stop = branch && stopOf(branch, seen.subject.address);
  return {
    name: subjectText(seen.subject),
    observed: observedText(seen),
    predicted: predictedText(predicted),
    agree,
    hops: branch ? hopsOf(branch, stop) : [],
    steps: branch ? stepsOf(branch, stop) : [],
  };
}

/** The branch that ends worst is the one to look at; of equals, the likeliest. */
function telling({ branches }: Prediction): Branch | undefined {
  return branches.toSorted((a, b) => badness(b) - badness(a) || b.probability - a.probability)[0];
}
const badness = ({ outcome, reply }: Branch): number => {
  const end = outcome.kind === 'delivered' ? (reply?.outcome.kind ?? 'delivered') : outcome.kind;
  return end === 'delivered' || end === 'leaves' ? 0 : end === 'unknown' ? 1 : 2;
};

function hopsOf({ hops }: Branch, stop: Stop | undefined): readonly StripHop[] {
  const walked = hops.map(({ netns }) => netns).filter((netns, at, all) => netns !== all[at - 1]);
  // An answer may be lost on a node that the way there did not touch.
  const names = stop && !walked.includes(stop.netns) ? [...walked, stop.netns] : walked;
  return names.map((netns, at): StripHop => {
    const name = shortName(netns);
    const isHere = stop && at === names.lastIndexOf(stop.netns);
    return isHere ? { name, state: stop.state, says: stop.says } : { name, state: 'ok', says: 'passes' };
  });
}

interface Stop {
  readonly netns: string;
  readonly back: boolean;
  readonly state: 'broken' | 'unknown';
  readonly says: string;
}

function stopOf({ hops, outcome, reply }: Branch, asked: string): Stop | undefined {
  // REDIRECT in OUTPUT leads to 127.0.0.1 (nf_nat_redirect_ipv4): a sidecar, say, which answers for everybody.
  if (outcome.kind === 'delivered' && outcome.address.startsWith('127.') && !asked.startsWith('127.')) {
    const says = `redirected to its own ${outcome.address}:${outcome.port}: what listens there answers, and whether it reaches ${asked} was not seen`;
    return { netns: outcome.netns, back: false, state: 'unknown', says };
  }
  const answer = outcome.kind === 'delivered' ? reply : undefined;
  const end = answer?.outcome ?? outcome;
  if (end.kind === 'delivered' || end.kind === 'leaves') return undefined;
  const back = answer !== undefined;
  const says = `${back ? 'on the way back: ' : ''}${outcomeText(end)}`;
  if (end.kind !== 'unknown') return { netns: end.netns, back, state: 'broken', says };
  const netns = end.netns ?? (answer?.hops ?? hops).at(-1)?.netns;
  return netns === undefined ? undefined : { netns, back, state: 'unknown', says };
}

function stepsOf(branch: Branch, stop: Stop | undefined): FlowReport['steps'] {
  const open = stop?.state === 'unknown' ? stop : undefined;
  return [
    ...legOf(branch.hops, '', open?.back === false ? open : undefined),
    ...legOf(branch.reply?.hops ?? [], ' (reply)', open?.back === true ? open : undefined),
  ];
}

/** A line a step, and a question where it arose. */
function legOf(hops: Branch['hops'], suffix: string, open: Stop | undefined): FlowReport['steps'] {
  const last = hops.findLastIndex(({ netns }) => netns === open?.netns);
  return hops.flatMap(({ netns, steps }, at) => {
    const hop = shortName(netns) + suffix;
    const told = steps.map((step) => line(hop, step));
    return open && at === last ? [...told, { hop, says: open.says, cites: '', mark: 'unknown' as const }] : told;
  });
}

const STOPS: readonly string[] = ['drop', 'refuse'];
const line = (hop: string, { kind, says, cites, command, trail = [] }: Step): FlowReport['steps'][number] => ({
  hop,
  says,
  cites: cites ?? '',
  ...(STOPS.includes(kind) && trail.length > 1 ? { trail: trail.filter((rule) => rule !== cites) } : {}),
  ...(command === undefined ? {} : { command }),
  mark: STOPS.includes(kind) ? 'stop' : kind === 'unread' ? 'unknown' : 'ok',
});

/** `pod/shop/web` -> `pod/web`: the strip is about one flow, and its ends are named in full above it. */
const shortName = (netns: string): string => netns.replace(/^pod\/[^/]+\//, 'pod/');

export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'delivered':
      return `delivered to ${shortName(outcome.netns)} ${outcome.address}:${outcome.port}`;
    case 'refused':
      return `refused (${outcome.how}): ${outcome.by}`;
    case 'dropped':
      return `dropped: ${outcome.by}`;
    case 'unknown':
      return `cannot be told: ${outcome.undecided.join('; ')}`;
    case 'leaves':
      return `leaves the cluster as ${outcome.src}: ${outcome.by}`;
    default:
      return `${outcome.kind.replaceAll('-', ' ')}: ${outcome.by}`;
  }
}

function predictedText(predicted: Fact<Prediction> | undefined): string {
  if (!predicted) return 'not predicted';
  if (predicted.kind === 'unknown') return `not predicted: ${predicted.gaps.map(gapText)[0] ?? 'not read'}`;
  const ends = new Map<string, number>();
  for (const { outcome, reply, probability } of predicted.value.branches) {
    const end = outcome.kind === 'delivered' && reply && reply.outcome.kind !== 'delivered' ? reply.outcome : outcome;
    ends.set(outcomeText(end), (ends.get(outcomeText(end)) ?? 0) + probability);
  }
  const [only] = [...ends.keys()];
  if (ends.size === 1 && only) return only;
  return [...ends].map(([text, share]) => `${Math.round(share * 100)} %: ${text}`).join(' | ');
}

function observedText({ tries }: FlowSeen): string {
  if (tries.length === 0) return 'not attempted';
  const ends = new Map<string, Attempt[]>();
  for (const attempt of tries) ends.set(attempt.end, [...(ends.get(attempt.end) ?? []), attempt]);
  return [...ends]
    .map(
      ([end, same]) =>
        `${end} ${same.length} of ${tries.length} (${Math.round(Math.min(...same.map(({ elapsedMs }) => elapsedMs)))} ms)`,
    )
    .join(', ');
}

const compared = ({ tries }: FlowSeen, predicted: Fact<Prediction> | undefined): Agreement =>
  !predicted || predicted.kind === 'unknown' ? 'not-compared' : agreement(tries, predicted.value);
