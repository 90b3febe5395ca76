// From a place's frames to the answer of one question, or the reason there is none. Pure.
import type { Section, Frames } from './deframe.js';
import type { Answer, Ask, Gap } from './evidence.js';
import { sectionKey } from './script.js';

export interface Heard {
  readonly frames: Frames;
  /** Why there is nothing more. Used for questions whose section never ended. */
  readonly ended: Gap;
  /** Where it ran, for people. */
  readonly through: string;
  /** Run from outside by a probe pod of ours: what is denied there, a security module denies. */
  readonly privileged: boolean;
}

export function answerFrom(heard: Heard, ask: Ask, index: number): Answer {
  const sections = heard.frames.sections.filter(({ key }) => key === sectionKey(index, 'before'));
  const good = sections.find(({ exit }) => exit === 0);
  if (!good) return { kind: 'refused', gap: gapFrom(heard, ask, { sections, index }) };
  if (good.stdout.length > ask.maxBytes) return truncated(ask, heard);
  const again = heard.frames.sections.find(
    ({ key, tried, exit }) => key === sectionKey(index, 'after') && tried === good.tried && exit === 0,
  );
  return {
    kind: 'answered',
    tool: ask.tries[good.tried]?.tool ?? '',
    text: good.stdout.toString('utf8'),
    ...(again ? { after: again.stdout.toString('utf8') } : {}),
    exit: 0,
    stderr: good.stderr,
    elapsedMs: again ? again.startedMs - good.startedMs : good.endedMs - good.startedMs,
    through: heard.through,
  };
}

const truncated = (ask: Ask, { through }: Heard): Answer => ({
  kind: 'refused',
  gap: { kind: 'truncated', bytes: ask.maxBytes, detail: `${ask.id} in ${through}` },
});

interface Attempted {
  readonly sections: readonly Section[];
  readonly index: number;
}

function gapFrom(heard: Heard, ask: Ask, { sections, index }: Attempted): Gap {
  const last = sections.at(-1);
  if (last) return last.exit === undefined ? heard.ended : failed(heard, ask, last);
  const missing = heard.frames.missing.filter(({ key }) => key === sectionKey(index, 'before'));
  if (missing.length < ask.tries.length) return heard.ended;
  const tools = [...new Set(missing.map(({ tool }) => tool))];
  return { kind: 'no-such-tool', tools, detail: `${heard.through} cannot tell ${ask.id}` };
}

const DENIED = /permission denied|operation not permitted|not permitted|must be root|cap_[a-z]+_?[a-z]*|EACCES|EPERM/i;
// What a tool says when memory ends may be anything, so our script adds what was left.
const STARVED =
  /memory was limited|cannot allocate|out of memory|memory allocation|alloc(ation)? fail|bad_alloc|virtual memory exhausted/i;

function failed(heard: Heard, ask: Ask, { tried, exit, stderr, startedMs, endedMs }: Section): Gap {
  const shown = ask.tries[tried]?.shown ?? ask.id;
  const afterMs = endedMs - startedMs;
  // The watchdog counts whole seconds, and kills with 9.
  if (exit === 137 && afterMs >= ask.timeoutSeconds * 1000 - 50) {
    return { kind: 'timeout', afterMs, detail: `${shown} in ${heard.through}` };
  }
  const why = stderr.trim().split('\n', 1)[0]?.slice(0, 300) ?? '';
  const detail = `${shown} in ${heard.through} ended with exit code ${exit}${why ? `: ${why}` : ''}`;
  const denied = DENIED.test(stderr);
  if (!denied && STARVED.test(stderr)) {
    const left = /memory was limited to (\d+) KB/.exec(stderr)?.[1];
    const room = left ? ` (${Math.floor(Number(left) / 1024)} MB of it are left)` : '';
    return { kind: 'out-of-reach', rung: 'node', detail: `too little memory in the container${room} for ${shown}` };
  }
  if (!denied) return { kind: 'refused', detail };
  return heard.privileged ? { kind: 'lsm-denied', detail } : { kind: 'out-of-reach', rung: 'node', detail };
}
