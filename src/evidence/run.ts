// Answers one round's questions to nodes and pods: every place at once, samples before and after all attempts.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Heard } from './answer.js';
import { answerFrom } from './answer.js';
import type { Runner, RunRequest } from './collect.js';
import type { Answer, Gap, Rung } from './evidence.js';
import { execGap } from './exec-gap.js';
import type { Excluded, Load } from './loads.js';
import { candidatesOf, containerKey, loadsFor, placeKey, throughText } from './loads.js';
import type { Opened, OpenRunning, Place } from './place.js';
import { openPlace } from './place.js';
import type { Phase, Placed } from './script.js';
import { PHASES, phasesOf } from './script.js';

/** A load as it is sent: by exec in somebody's container, or by a probe pod of ours. */
export interface Sent extends Load {
  readonly placed: readonly Placed[];
  readonly probe: boolean;
}

/** Rung `node`: loads that probe pods can carry, and why there is none for the rest. */
export interface Probing {
  readonly sent: readonly Sent[];
  readonly gaps: ReadonlyMap<RunRequest, Gap>;
}

export interface RunnerParts {
  readonly rung: Rung;
  readonly open: OpenRunning;
  /** Aborted when the door closes: an open socket would keep the process, and what it started, alive. */
  readonly over: AbortSignal;
  readonly probe?: (requests: readonly RunRequest[], deadlineMs: number) => Promise<Probing>;
}

/** Places in one batch talk at the same time; the kubelets and max-requests-inflight set the bound. */
const BATCH = 32;
const CHANCES = 3;
/** One place that does not come forward must not keep all others from their attempts. */
const BARRIER_MS = 10_000;

export function openRunner(parts: RunnerParts): Runner {
  return async (requests, budgetMs) => {
    if (parts.rung === 'none') return requests.map(outOfReach);
    const deadlineMs = Date.now() + budgetMs;
    const answers = new Map<RunRequest, Answer>();
    const tried = new Set<string>();
    const excluded: Excluded = (container, { where, ask }) =>
      tried.has(`${containerKey(container)} ${placeKey(where)} ${ask.id}`);
    if (parts.probe) await byProbe(parts, requests, { answers, deadlineMs });
    for (let chance = 0; chance < CHANCES && Date.now() < deadlineMs && !parts.over.aborted; chance++) {
      const open = requests.filter((request) => worthAsking(answers.get(request)));
      const loads = loadsFor(open, excluded);
      if (loads.length === 0) break;
      for (const { container, requests: own } of loads) {
        for (const { where, ask } of own) tried.add(`${containerKey(container)} ${placeKey(where)} ${ask.id}`);
      }
      const sent = loads.map((load) => ({ ...load, placed: load.requests.map(({ ask }) => ({ ask })), probe: false }));
      await converseAll(parts, sent, { answers, deadlineMs });
    }
    return requests.map((request) => answers.get(request) ?? unreached(request));
  };
}

interface Progress {
  /** Filled as answers come; a later chance replaces a refusal only with better. */
  readonly answers: Map<RunRequest, Answer>;
  readonly deadlineMs: number;
}

async function byProbe(parts: RunnerParts, requests: readonly RunRequest[], progress: Progress): Promise<void> {
  const probing = await parts.probe?.(requests, progress.deadlineMs);
  for (const [request, gap] of probing?.gaps ?? []) progress.answers.set(request, { kind: 'refused', gap });
  await converseAll(parts, probing?.sent ?? [], progress);
}

/** Another container may know what this one has no tool for; one that hung or overflowed will do so again. */
function worthAsking(answer: Answer | undefined): boolean {
  if (!answer) return true;
  return answer.kind === 'refused' && answer.gap.kind !== 'timeout' && answer.gap.kind !== 'truncated';
}

async function converseAll(parts: RunnerParts, sent: readonly Sent[], progress: Progress): Promise<void> {
  for (let at = 0; at < sent.length; at += BATCH) {
    const batch = sent.slice(at, at + BATCH);
    const wanted = phasesOf(batch.flatMap(({ requests }) => requests.map(({ ask }) => ask)));
    // Without an attempt in between, a second sample says nothing that the first did not.
    const phases = wanted.includes('attempts') ? wanted : wanted.filter((phase) => phase === 'before');
    const opened = await converse(parts, batch, { phases, deadlineMs: progress.deadlineMs });
    batch.forEach((load, index) => settle(load, { opened: opened[index], progress }));
  }
}

interface Plan {
  readonly phases: readonly Phase[];
  readonly deadlineMs: number;
}

async function converse(parts: RunnerParts, batch: readonly Sent[], plan: Plan): Promise<readonly Opened[]> {
  const deadlineSeconds = Math.max(1, Math.ceil((plan.deadlineMs - Date.now()) / 1000)) + 5;
  const places = await Promise.all(
    batch.map(({ container, placed }) => {
      const own = phasesOf(placed.map(({ ask }) => ask)).filter((phase) => plan.phases.includes(phase));
      return openPlace(parts.open, { container, placed, phases: own, deadlineSeconds });
    }),
  );
  const stop = () => places.forEach((place) => place.stop());
  const late = setTimeout(stop, Math.max(0, plan.deadlineMs - Date.now()));
  parts.over.addEventListener('abort', stop, { once: true });
  if (parts.over.aborted) stop();
  for (const phase of PHASES) await pass(places, phase);
  const opened = await Promise.all(places.map(({ done }) => done));
  clearTimeout(late);
  parts.over.removeEventListener('abort', stop);
  return opened;
}

/** Waits until every place is through the phase, then lets those go on whose next phase is the next of all. */
async function pass(places: readonly Place[], phase: Phase): Promise<void> {
  const next = PHASES[PHASES.indexOf(phase) + 1];
  const here = places.filter(({ phases }) => phases.includes(phase));
  for (const place of here.filter(({ phases }) => phases.at(-1) === phase)) {
    void place.reached(phase).then(() => place.advance());
  }
  if (!next) return;
  const giveUp = new AbortController();
  const barrier = sleep(BARRIER_MS, undefined, { signal: giveUp.signal }).catch(() => undefined);
  const wait = phase === 'attempts' ? new Promise<void>(() => undefined) : barrier;
  await Promise.race([wait, Promise.all(here.map((place) => place.reached(phase)))]);
  giveUp.abort();
  for (const place of places.filter(({ phases }) => phases.includes(next))) place.advance();
}

/** That one container lacks the tool is no reason where another had it, and failed. */
const saysLess = (answer: Answer): boolean => answer.kind === 'refused' && answer.gap.kind === 'no-such-tool';

interface Settling {
  readonly opened: Opened | undefined;
  readonly progress: Progress;
}

function settle(load: Sent, { opened, progress }: Settling): void {
  if (!opened) return;
  const through = throughText(load.container) + opened.carrier;
  const late = Date.now() >= progress.deadlineMs;
  const heard: Heard = { frames: opened.frames, ended: endGap(opened, load, late), through, privileged: load.probe };
  load.requests.forEach((request, index) => {
    const answer = answerFrom(heard, request.ask, index);
    const before = progress.answers.get(request);
    if (answer.kind === 'answered' || !before || saysLess(before)) progress.answers.set(request, answer);
  });
}

function endGap({ end, overflowed }: Opened, { container, requests }: Sent, late: boolean): Gap {
  const place = throughText(container);
  if (overflowed) {
    const bytes = requests.reduce((sum, { ask }) => sum + ask.maxBytes, 0);
    return { kind: 'truncated', bytes, detail: `the output of ${place}` };
  }
  if (late) return { kind: 'timeout', afterMs: 0, detail: `the time for this run was over in ${place}` };
  return execGap(end, container);
}

const outOfReach = ({ where, ask }: RunRequest): Answer => ({
  kind: 'refused',
  gap: { kind: 'out-of-reach', rung: 'exec', detail: `${ask.id} of ${placeKey(where)} needs a command run there` },
});

function unreached({ where, ask }: RunRequest): Answer {
  const place = placeKey(where);
  const candidates = candidatesOf(where);
  const tools = [...new Set(ask.tries.flatMap(({ needs }) => needs))];
  if (candidates.length > 0) {
    const names = candidates.map(throughText).join(' nor ');
    return { kind: 'refused', gap: { kind: 'no-such-tool', tools, detail: `${names} cannot tell ${ask.id}` } };
  }
  const detail =
    where.kind === 'node' ? `no running pod shares the network of ${place}` : `${place} has no running container`;
  return { kind: 'refused', gap: { kind: 'out-of-reach', rung: 'node', detail } };
}
