// One fault from health to health: the sequence that proves it, with room in the middle for somebody to look at it.
import { look, type Look } from './client.js';
import { seenIn, type Fault, type Flow } from './fault.js';
import { tidy } from './faults.js';
import type { Lab } from './lab.js';
import { newScene, type Scene } from './scene.js';

export interface Played {
  readonly fault: Fault;
  readonly seed: number;
  readonly passed: boolean;
  /** Why it did not pass, or the client's words when it did. */
  readonly words: string;
  /** Injection to healthy again. */
  readonly seconds: number;
}

export interface PlayOptions {
  readonly seed: number;
  /** What is done while the fault stands; without it the fault must merely stay for some seconds. */
  readonly during?: (scene: Scene, flow: Flow) => Promise<void>;
}

/** Longer than flannel takes to re-add a rule (5 s), so that a fault which its healer undoes does not count as proven. */
const HOLD_MS = 6_000;
const APPEARS_MS = 25_000;
const RECOVERS_MS = 90_000;
const BETWEEN_MS = 200;

class NotProven extends Error {}

export async function play(lab: Lab, fault: Fault, options: PlayOptions): Promise<Played> {
  let begun = 0;
  let words = '';
  let passed = true;
  let scene: Scene | undefined;
  try {
    scene = await newScene(lab, fault.id, options.seed);
    await fault.prepare?.(scene);
    await healthy(scene, fault.flow(scene), 'before');
    begun = Date.now();
    words = await whileBroken(scene, fault, options);
  } catch (error) {
    passed = false;
    words = textOf(error);
  }
  const trouble = scene === undefined ? '' : await restore(scene, fault, begun > 0);
  return {
    fault,
    seed: options.seed,
    passed: passed && trouble === '',
    words: [words, trouble].filter((text) => text !== '').join('; '),
    seconds: begun === 0 ? 0 : (Date.now() - begun) / 1000,
  };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function whileBroken(scene: Scene, fault: Fault, { during }: PlayOptions): Promise<string> {
  const before = await shown(scene, fault);
  await fault.inject(scene);
  if (fault.until) await sooner(() => fault.until!(scene), `${fault.id} did not take effect`);
  const first = await appears(scene, fault, before);
  if (during) await during(scene, fault.flow(scene));
  const end = Date.now() + (during ? 0 : HOLD_MS);
  do {
    const again = await state(scene, fault, before);
    if (!again.as) throw new NotProven(`gone before the end: saw ${again.look.seen} (${again.look.words})`);
    await pause();
  } while (Date.now() < end);
  return `${first.seen}: ${first.words}`;
}

async function appears(scene: Scene, fault: Fault, before: string): Promise<Look> {
  const end = Date.now() + APPEARS_MS;
  for (;;) {
    const { as, look: saw } = await state(scene, fault, before);
    if (as) return saw;
    const wanted = seenIn(fault.sees, scene.lab.flavour);
    if (Date.now() > end) throw new NotProven(`expected ${wanted}, saw ${saw.seen} (${saw.words})`);
    await pause();
  }
}

/** Whether the fault looks as it says it does: to a client, and by its own command where a client sees nothing. */
async function state(scene: Scene, fault: Fault, before: string): Promise<{ as: boolean; look: Look }> {
  const saw = await look(scene, fault.flow(scene));
  const same = saw.seen === seenIn(fault.sees, scene.lab.flavour);
  const differs = fault.shows === undefined || (await shown(scene, fault)) !== before;
  return { as: same && differs, look: saw };
}

async function shown(scene: Scene, fault: Fault): Promise<string> {
  const shows = fault.shows?.(scene);
  if (shows === undefined) return '';
  if (shows.on === 'api') return scene.kubectl(...shows.command.split(' '));
  return scene.on(shows.on, shows.command);
}

async function restore(scene: Scene, fault: Fault, injected: boolean): Promise<string> {
  try {
    if (injected) await fault.heal(scene);
    if (injected) await healthy(scene, fault.flow(scene), 'after');
    await tidy(fault, scene);
    return '';
  } catch (error) {
    return `not healed: ${textOf(error)}`;
  }
}

export async function healthy(scene: Scene, flow: Flow, when: string): Promise<void> {
  const end = Date.now() + RECOVERS_MS;
  for (;;) {
    const saw = await look(scene, flow).catch((error: unknown) => ({ seen: 'unseen', words: String(error) }));
    if (saw.seen === 'ok') return;
    if (Date.now() > end) throw new NotProven(`not healthy ${when}: saw ${saw.seen} (${saw.words})`);
    await pause();
  }
}

async function sooner(ask: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + APPEARS_MS;
  while (!(await ask())) {
    if (Date.now() > end) throw new NotProven(what);
    await pause();
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
