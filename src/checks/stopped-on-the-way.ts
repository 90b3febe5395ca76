// A node stops the packet or its answer: what the checks of each reason for it have in common.
import type { Prediction } from '../path/prediction.js';
import { nodeOf, stopsOf, type Stop } from '../path/stops.js';
import { fail, pass, skip, type Judgement, type Step } from './check.js';

export interface Reason {
  readonly isIt: (stop: Stop) => boolean;
  /** Said in health. */
  readonly passes: string;
  readonly says: (stopped: Stopped) => string;
  readonly fix: (stopped: Stopped) => readonly Step[];
  readonly refute: (stopped: Stopped) => Step;
}

export interface Stopped extends Stop {
  readonly on: string;
  readonly what: 'the packet' | 'its answer';
  /** The rule or route itself, or what stands for it. */
  readonly shows: string;
  readonly command: string;
}

export function stoppedOnTheWay(predicted: Prediction, reason: Reason): Judgement {
  const [stop] = stopsOf(predicted).filter(reason.isIt);
  if (!stop && predicted.branches.some(({ outcome }) => outcome.kind === 'unknown'))
    return skip('the way is not known to its end');
  if (!stop) return pass(reason.passes);
  const node = nodeOf(stop.netns);
  const { cites, says, command = '' } = stop.step;
  const stopped: Stopped = {
    ...stop,
    on: node ?? stop.netns,
    what: stop.way === 'there' ? 'the packet' : 'its answer',
    shows: cites || says,
    command,
  };
  return fail({
    severity: stop.share > 0.99 ? 'outage' : 'degraded',
    confidence: 'programmed',
    says: reason.says(stopped),
    cites: [{ on: stopped.on, shows: stopped.shows, command }],
    fix: reason.fix(stopped),
    refute: reason.refute(stopped),
    also: node === undefined ? [] : [{ kind: 'node', name: node }],
  });
}
