// A conversation with one container: the script goes in, its phases are awaited one by one, its output comes out.
import { randomBytes } from 'node:crypto';
import { deferred } from './deferred.js';
import type { Deferred } from './deferred.js';
import type { Frames } from './deframe.js';
import { deframe, phasesIn } from './deframe.js';
import type { Container } from './evidence.js';
import type { ExecCall, ExecEnd, Running } from './exec.js';
import { bootstrap } from './script-prelude.js';
import type { Phase, Placed } from './script.js';
import { scriptFor } from './script.js';

export interface PlaceCall {
  readonly container: Container;
  readonly placed: readonly Placed[];
  readonly phases: readonly Phase[];
  readonly deadlineSeconds: number;
}

export interface Opened {
  readonly end: ExecEnd;
  readonly overflowed: boolean;
  readonly frames: Frames;
  readonly carrier: string;
}

export interface Place {
  readonly phases: readonly Phase[];
  /** Resolves when the phase is over, or when nothing more will come. */
  reached(phase: Phase): Promise<void>;
  /** Lets the script go on to its next phase, or to its end. */
  advance(): void;
  readonly done: Promise<Opened>;
  stop(): void;
}

export type OpenRunning = (call: ExecCall) => Promise<Running>;

/** Markers, stderr and half of what a tool may print beyond its limit. */
const SLACK_BYTES = 4 << 20;

export async function openPlace(open: OpenRunning, call: PlaceCall): Promise<Place> {
  const nonce = randomBytes(9).toString('hex');
  const lastLine = `end-${randomBytes(6).toString('hex')}`;
  const limit = call.placed.reduce(
    (sum, { ask }) => sum + ask.maxBytes * (ask.phase === 'around' ? 2 : 1),
    SLACK_BYTES,
  );
  const waits = new Map(call.phases.map((phase): [string, Deferred<void>] => [phase, deferred<void>()]));
  const chunks: Buffer[] = [];
  const state = { bytes: 0, tail: '', overflowed: false };
  const running = await open({
    container: call.container,
    command: bootstrap(lastLine),
    onStdout: (chunk) => {
      chunks.push(chunk);
      state.bytes += chunk.length;
      state.overflowed ||= state.bytes > limit;
      if (state.overflowed) running.stop();
      // A marker may be split between two messages: look at the end of the last one too.
      state.tail = state.tail.slice(-80) + chunk.toString('latin1');
      for (const phase of phasesIn(state.tail, nonce)) waits.get(phase)?.resolve();
    },
  });
  const frame = { nonce, deadlineSeconds: call.deadlineSeconds };
  running.write(`${scriptFor(call.placed, call.phases, frame)}${lastLine}\n`);
  const done = running.ended.then((end) => {
    for (const wait of waits.values()) wait.resolve();
    const frames = deframe(Buffer.concat(chunks), nonce);
    return { end, overflowed: state.overflowed, frames, carrier: running.carrier() };
  });
  return {
    phases: call.phases,
    reached: (phase) => waits.get(phase)?.promise ?? Promise.resolve(),
    advance: stepper(running, call.phases.length),
    done,
    stop: () => running.stop(),
  };
}

/** After its last phase a script only ends. A close that got lost on the way would be waited for until all time is up. */
const GRACE_MS = 3_000;

/** Lets a script go on to its next phase, and after the last to its end. */
function stepper(running: Running, phases: number): () => void {
  let ahead = phases;
  return () => {
    running.write('\n');
    ahead -= 1;
    if (ahead > 0) return;
    const grace = setTimeout(() => running.stop(), GRACE_MS);
    void running.ended.then(() => clearTimeout(grace));
  };
}
